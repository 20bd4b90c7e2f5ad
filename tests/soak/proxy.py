"""A small TCP proxy between the workers and one broker, so that the network between them can be cut or stalled."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any


class Wire:
    """The event loop, in a thread of its own, that all gates run in."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="proxy", daemon=True)
        self._thread.start()

    def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(doing, self.loop).result(10)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)
        self.loop.close()


class Gate:
    """One listening port that passes on to one broker; opened at once."""

    def __init__(self, wire: Wire, port: int, target: int) -> None:
        self._wire, self._target = wire, target
        self._is_open = True
        self._flows: asyncio.Event | None = None
        self._tasks: set[asyncio.Task] = set()
        self._server = wire.run(self._listen(port))

    def cut(self) -> None:
        """Every connection ends, and new ones end at once."""
        self._wire.run(self._cut())

    def stall(self) -> None:
        """Connections stay, and nothing passes any more, as when packets are dropped."""
        self._wire.run(self._set(flows=False))

    def heal(self) -> None:
        """Everything passes again, what was held back first."""
        self._is_open = True
        self._wire.run(self._set(flows=True))

    def close(self) -> None:
        """The port is free again."""
        self._server.close()
        self.cut()

    async def _listen(self, port: int) -> asyncio.Server:
        self._flows = asyncio.Event()
        self._flows.set()
        return await asyncio.start_server(self._accept, "127.0.0.1", port)

    async def _set(self, *, flows: bool) -> None:
        if flows:
            self._flows.set()
        else:
            self._flows.clear()

    async def _cut(self) -> None:
        self._is_open = False
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._is_open:
            writer.transport.abort()
            return
        task = asyncio.current_task()
        self._tasks.add(task)
        ends = [writer]
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
            ends.append(far_writer)
            await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        except (OSError, asyncio.CancelledError):
            return
        finally:
            for end in ends:
                end.transport.abort()
            self._tasks.discard(task)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction; its end ends the connection."""
        while data := await reader.read(1 << 16):
            await self._flows.wait()
            writer.write(data)
            with contextlib.suppress(ConnectionResetError):
                await writer.drain()
        raise ConnectionResetError
