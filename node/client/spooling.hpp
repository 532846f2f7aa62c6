// A pipe's input, whose hash is not known before its end: it is spooled, and then read like a file.
#pragma once

#include "node/client/parts.hpp"
#include "node/client/spool.hpp"

namespace catacomb::node {

struct Spooled {
    std::shared_ptr<ByteSource> source;
    Bytes content_hash;
    std::uint64_t size = 0;
};

// Reads `from` to its end. `counted`: the bytes that count against the client's spool limit, which the job
// gives back when it is over; it outlives the call. Code::limit over that limit.
Task<Result<Spooled>> spool_input(ClientParts& parts, JobPtr job, std::shared_ptr<ByteSource> from, Rng& rng,
                                  std::uint64_t& counted);

}  // namespace catacomb::node
