#include "node/client/spooling.hpp"

#include "crypto/hash.hpp"

namespace catacomb::node {
namespace {

constexpr std::size_t kChunk = 1024 * 1024;

// A file from the spool, as if it came from its source.
class SpooledSource final : public ByteSource {
public:
    SpooledSource(Runtime& runtime, std::shared_ptr<Spool> spool)
        : runtime_(runtime), spool_(std::move(spool)) {}
    Task<Result<Bytes>> read(std::size_t) override {
        std::function<Result<Bytes>()> work = [spool = spool_] { return spool->read(); };
        co_return co_await routing::on_worker(runtime_, std::move(work));
    }

private:
    Runtime& runtime_;
    std::shared_ptr<Spool> spool_;
};

using HasherPtr = std::shared_ptr<crypto::ContentHasher>;

Task<Result<>> spool_chunk(ClientParts& parts, std::shared_ptr<Spool> spool, HasherPtr hasher, Bytes chunk,
                           std::uint64_t& counted) {
    if (parts.spooled + chunk.size() > parts.spool_limit)
        co_return error(Code::limit,
                        "too much input is spooled; insert it from a file, or raise limits.spool");
    parts.spooled += chunk.size();
    counted += chunk.size();
    auto bytes = std::make_shared<Bytes>(std::move(chunk));
    std::function<Result<>()> work = [spool, hasher, bytes] {
        hasher->add(*bytes);
        return spool->append(*bytes);
    };
    co_return co_await routing::on_worker(parts.runtime, std::move(work));
}

}  // namespace

Task<Result<Spooled>> spool_input(ClientParts& parts, JobPtr job, std::shared_ptr<ByteSource> from, Rng& rng,
                                  std::uint64_t& counted) {
    auto created = Spool::create(parts.spool_directory, rng);
    if (!created) co_return created.error();
    std::shared_ptr<Spool> spool = std::move(*created);
    auto hasher = std::make_shared<crypto::ContentHasher>();
    for (;;) {
        auto chunk = co_await from->read(kChunk);
        if (!chunk) co_return chunk.error();
        if (auto still = job->alive(); !still) co_return still.error();
        if (chunk->empty()) break;
        auto written = co_await spool_chunk(parts, spool, hasher, std::move(*chunk), counted);
        if (!written) co_return written.error();
    }
    std::function<Result<>()> work = [spool] { return spool->rewind(); };
    auto rewound = co_await routing::on_worker(parts.runtime, std::move(work));
    if (!rewound) co_return rewound.error();
    Spooled out;
    out.content_hash = to_bytes(hasher->digest().view());
    out.size = spool->size();
    out.source = std::make_shared<SpooledSource>(parts.runtime, std::move(spool));
    co_return out;
}

}  // namespace catacomb::node
