// Whole reads and writes over a Stream, for tests that hold a conversation over either world.
#pragma once

#include "routing/gate.hpp"

namespace catacomb::testing {

using routing::Runtime;
using routing::Stream;
using routing::Task;

// Code::timed_out or Code::closed when the stream did not become ready. `stream` outlives the task.
Task<Result<>> until_readable(Runtime& runtime, Stream& stream, Time deadline);
Task<Result<>> until_writable(Runtime& runtime, Stream& stream, Time deadline);

Task<Result<>> write_all(Runtime& runtime, Stream& stream, Bytes bytes, Time deadline);
Task<Result<Bytes>> read_exactly(Runtime& runtime, Stream& stream, std::size_t size, Time deadline);
// Everything up to the peer's end.
Task<Result<Bytes>> read_to_end(Runtime& runtime, Stream& stream, Time deadline);

}  // namespace catacomb::testing
