"""A TCP relay in front of a server, which can delay data, hold it back and cut connections."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_GOODBYE = b"X\0\0\0\4"
"""The last message of a client, which has no answer."""


class Relay:
    """Passes bytes between clients and 127.0.0.1:`port`, each `delay` seconds late, and counts round trips in
    `turns`.

    A round trip begins when a client sends after it has received.
    """

    def __init__(self, port: int, delay: float = 0.0) -> None:
        self.delay = delay
        self.turns = 0
        self._target = port
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._passing = asyncio.Event()
        self._passing.set()
        self._ready = threading.Event()
        self.port = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait()

    def cut(self, most: int = 1) -> int:
        """Abort up to `most` connections, and return how many."""
        return asyncio.run_coroutine_threadsafe(self._cut(most), self._loop).result()

    def silence(self) -> None:
        """Keep connections open and accept new ones, but forward no data until `resume`."""
        self._call(self._passing.clear)

    def resume(self) -> None:
        """Forward data again, first the data that was held back."""
        self._call(self._passing.set)

    def close(self) -> None:
        """Stop the relay."""
        self.cut(10**6)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, act: Callable[[], object]) -> None:
        async def call() -> None:
            act()

        asyncio.run_coroutine_threadsafe(call(), self._loop).result()

    def _run(self) -> None:
        async def serve() -> None:
            server = await asyncio.start_server(self._relay, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            self._ready.set()

        self._loop.run_until_complete(serve())
        self._loop.run_forever()
        # Python 3.11 reports a cancelled task of a stream as an error.
        self._loop.set_exception_handler(lambda *_: None)
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))

    async def _cut(self, most: int) -> int:
        victims = list(self._open)[: 2 * most]
        for writer in victims:
            writer.transport.abort()
            self._open.discard(writer)
        return (len(victims) + 1) // 2

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A server that is stopping would wait for the first message of this connection.
        await self._passing.wait()
        try:
            back, forth = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        heard = [True]
        self._open |= {writer, forth}
        await asyncio.gather(
            self._pass(reader, forth, heard, is_client=True), self._pass(back, writer, heard, is_client=False)
        )

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: list[bool], *, is_client: bool
    ) -> None:
        with suppress(OSError):
            while part := await reader.read(1 << 16):
                if is_client and heard[0] and part != _GOODBYE:
                    self.turns += 1
                heard[0] = not is_client
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self._passing.wait()
                writer.write(part)
                await writer.drain()
        self._open.discard(writer)
        with suppress(OSError, RuntimeError):
            writer.close()


@contextmanager
def relay(port: int, delay: float = 0.0) -> Iterator[Relay]:
    """Run a relay for the block."""
    running = Relay(port, delay)
    try:
        yield running
    finally:
        running.close()
