// A file through storage alone, on one core and without disk or network, beside the bare stages that it
// cannot do without: BLAKE3, ChaCha20-Poly1305 and ISA-L over the same volumes in the same run.
#include <array>

#include "base/check.hpp"
#include "base/log.hpp"
#include "crypto/aead.hpp"
#include "storage/segment/erasure.hpp"
#include "storage/tree/disperser.hpp"
#include "storage/tree/walker.hpp"
#include "tools/bench/benches.hpp"
#include "tools/bench/measure.hpp"
#include "tools/bench/sample_file.hpp"
#include "tools/bench/streams.hpp"

namespace catacomb::bench {
namespace {

using storage::Block;
using storage::kFullProfile;
using storage::kFullSegment;

constexpr std::size_t kSegments = 16;
constexpr std::size_t kFileSize = kSegments * kFullSegment;

double rate(double seconds) { return static_cast<double>(kFileSize) / kMega / seconds; }

// ---- the bare stages, over the volume of kSegments segments

struct Bare {
    double hash = 0;  // one pass over the file, in pieces as large as a block
    double seal = 0;
    double encode = 0;
    double decode = 0;  // with all data fragments lost
};

double bare_hash(ByteView file) {
    return least_cpu_seconds([&] {
        for (auto left = file; !left.empty();) {
            const auto piece = left.first(std::min(left.size(), storage::kMaxBlockSize));
            static_cast<void>(crypto::Hasher(crypto::label::kBlock).fixed(piece).digest());
            left = left.subspan(piece.size());
        }
    });
}

double bare_seal(Bytes stripe) {
    ByteArray<crypto::kTagSize> tag;
    crypto::Sealer sealer(crypto::CipherSuite::chacha20_poly1305, crypto::derive(crypto::label::kConvergent));
    return least_cpu_seconds([&] {
        for (std::uint64_t i = 0; i < kSegments; ++i) sealer.seal(i, {}, stripe, tag);
    });
}

double bare_encode(const Bytes& stripe, Bytes& parity) {
    const auto& code = storage::ErasureCode::of(kFullProfile.k, kFullProfile.n);
    return least_cpu_seconds([&] {
        for (std::size_t i = 0; i < kSegments; ++i) code.encode(stripe, parity);
    });
}

double bare_decode(const Bytes& parity) {
    const auto& code = storage::ErasureCode::of(kFullProfile.k, kFullProfile.n);
    std::vector<storage::ErasureCode::Fragment> fragments;
    for (unsigned i = 0; i < kFullProfile.k; ++i) {
        const auto bytes = ByteView(parity).subspan(i * kFullProfile.fragment(), kFullProfile.fragment());
        fragments.push_back({kFullProfile.k + i, bytes});
    }
    Bytes data(kFullProfile.stripe());
    return least_cpu_seconds([&] {
        for (std::size_t i = 0; i < kSegments; ++i) code.decode(fragments, data);
    });
}

Bare measure_bare(ByteView file) {
    Bytes stripe(kFullProfile.stripe());
    copy(stripe, file.first(kFullSegment));
    Bytes parity((kFullProfile.n - kFullProfile.k) * kFullProfile.fragment());
    Bare out;
    out.hash = bare_hash(file);
    out.seal = bare_seal(stripe);
    out.encode = bare_encode(stripe, parity);
    out.decode = bare_decode(parity);
    return out;
}

// ---- insert

storage::InsertParameters parameters_of(ByteView file) {
    storage::InsertParameters out;
    out.convergence_secret = storage::convergent_secret();
    out.file_hash = crypto::content_hash(file);
    out.size = file.size();
    return out;
}

// Both passes over the file, every segment, and the bytes of every block of it, as an exit would send them.
void insert(ByteView file, Bytes& block) {
    auto disperser = storage::FileDisperser::create(parameters_of(file));
    CHECK(disperser);
    for (auto left = file;;) {
        const auto taken = disperser->feed(left);
        const auto made = disperser->next();
        CHECK(taken && made);
        left = left.subspan(*taken);
        if (!*made) break;
        const auto& segment = (*made)->blocks;
        block.resize(segment.profile().block());
        for (unsigned i = 0; i < segment.profile().n; ++i) segment.encode_block(i, block);
    }
    CHECK(disperser->finish());
}

// ---- fetch

struct Fetchable {
    storage::FileKeys keys;
    std::vector<std::vector<Bytes>> blocks;  // of each segment, the k that were had
    std::vector<storage::Root> roots;
    unsigned first = 0;  // the index of the first of them
};

Fetchable make_fetchable(ByteView file, unsigned first) {
    const auto parameters = parameters_of(file);
    Fetchable out{
        storage::FileKeys::derive(parameters.convergence_secret, parameters.file_hash), {}, {}, first};
    for (std::size_t i = 0; i < kSegments; ++i) {
        const auto content = file.subspan(i * kFullSegment, kFullSegment);
        const auto segment = storage::seal_leaf(out.keys, i, kFullProfile, content);
        auto& blocks = out.blocks.emplace_back();
        for (unsigned b = 0; b < kFullProfile.k; ++b) blocks.push_back(segment.block(first + b));
        out.roots.push_back(segment.root());
    }
    return out;
}

// A client's side: verify each block, recover the stripe, open it. Blocks come as bytes of their own.
double fetch(const Fetchable& from) {
    double spent = 0;
    for (std::size_t i = 0; i < kSegments; ++i) {
        auto arrived = from.blocks[i];
        spent += least_cpu_seconds(
            [&] {
                std::vector<Block> blocks;
                for (unsigned b = 0; b < arrived.size(); ++b) {
                    const storage::BlockId id{from.roots[i], static_cast<std::uint8_t>(from.first + b)};
                    auto block = Block::verify(id, std::move(arrived[b]));
                    CHECK(block);
                    blocks.push_back(std::move(*block));
                }
                auto stripe = storage::SealedStripe::recover(blocks);
                CHECK(stripe);
                const auto opened = std::move(*stripe).open(crypto::label::kLeafKey, from.keys.read);
                CHECK(opened && opened->size == kFullSegment);
            },
            1);
    }
    return spent;
}

double least_fetch(const Fetchable& from) {
    double least = fetch(from);
    for (int i = 0; i < 4; ++i) least = std::min(least, fetch(from));
    return least;
}

// ---- report

bool report(std::string_view what, double seconds, double bare) {
    const bool fast = print_aim(what, rate(seconds), "MB/s", Aim::at_least, 500);
    const bool close = print_aim("  beside its bare stages", seconds / bare, "times", Aim::at_most, 1.5);
    return fast && close;
}

bool speeds() {
    Bytes file(kFileSize);
    SampleFile(kFileSize).read(0, file);
    const auto bare = measure_bare(file);
    print_heading("bare stages, MB of file per second and core");
    print_figure("BLAKE3, pieces as large as a block", rate(bare.hash), "MB/s");
    print_figure("ChaCha20-Poly1305", rate(bare.seal), "MB/s");
    print_figure("ISA-L encode 20 + 40", rate(bare.encode), "MB/s");
    print_figure("ISA-L decode, all data lost", rate(bare.decode), "MB/s");

    print_heading("storage");
    Bytes block;
    const auto inserted = least_cpu_seconds([&] { insert(file, block); });
    // Hashed: the file twice, each segment's content and stripe, and three times as much in blocks.
    bool good = report("insert", inserted, 7 * bare.hash + bare.seal + bare.encode);
    // Hashed: the blocks that came, and the stripe.
    const auto whole = least_fetch(make_fetchable(file, 0));
    good &= report("fetch, no block lost", whole, 2 * bare.hash + bare.seal);
    const auto lost = least_fetch(make_fetchable(file, kFullProfile.k));
    good &= report("fetch, n - k lost, all data among them", lost, 2 * bare.hash + bare.seal + bare.decode);
    return good;
}

bool memory(std::uint64_t long_mib) {
    print_heading("most private memory of a stream");
    const auto brief = measure_streams(1024 * 1024);
    const auto lengthy = measure_streams(long_mib * 1024 * 1024);
    const auto show = [&](std::string_view what, double one, double other) {
        print_figure(concat(what, ", 1 MiB"), one, "MiB");
        print_figure(concat(what, ", ", long_mib, " MiB"), other, "MiB");
        return print_aim("  apart", other - one, "MiB", Aim::at_most, 64);
    };
    const bool in = show("insert", brief.insert_mib, lengthy.insert_mib);
    const bool out = show("get", brief.get_mib, lengthy.get_mib);
    return in && out;
}

}  // namespace

int pipeline(const PipelineArguments& arguments) {
    // Memory first: it is that of a process which has done nothing else.
    const bool lean = memory(arguments.long_stream_mib);
    const bool fast = speeds();
    return lean && fast ? 0 : 1;
}

}  // namespace catacomb::bench
