#include "tools/bench/streams.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "base/check.hpp"
#include "storage/tree/disperser.hpp"
#include "storage/tree/walker.hpp"
#include "tools/bench/measure.hpp"
#include "tools/bench/processes.hpp"
#include "tools/bench/sample_file.hpp"

namespace catacomb::bench {
namespace {

constexpr std::size_t kChunk = 1024 * 1024;

class MostMemory {
public:
    void look() { most_ = std::max(most_, static_cast<double>(private_memory(getpid())) / kMebi); }
    double mib() const { return most_; }

private:
    double most_ = 0;
};

// `work` in a child, which has the memory of nobody else; its figure comes back through a pipe.
template <class Work>
double in_own_process(const Work& work) {
    int ends[2];
    CHECK(pipe(ends) == 0);
    const auto child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        const double figure = work();
        const bool told = write(ends[1], &figure, sizeof figure) == sizeof figure;
        _exit(told ? 0 : 1);
    }
    close(ends[1]);
    double figure = 0;
    const auto got = read(ends[0], &figure, sizeof figure);
    close(ends[0]);
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && status == 0 && got == sizeof figure);
    return figure;
}

crypto::Digest hash_of(const SampleFile& file) {
    crypto::ContentHasher hasher;
    Bytes chunk(kChunk);
    for (std::uint64_t at = 0; at < file.size();) {
        const auto count = file.read(at, chunk);
        hasher.add(ByteView(chunk).first(count));
        at += count;
    }
    return hasher.digest();
}

storage::InsertParameters parameters_of(const SampleFile& file) {
    storage::InsertParameters out;
    out.convergence_secret = storage::convergent_secret();
    out.file_hash = hash_of(file);
    out.size = file.size();
    return out;
}

// Disperses the file and calls `on_segment` with each.
template <class OnSegment>
storage::ReadKey disperse(const SampleFile& file, const OnSegment& on_segment) {
    auto disperser = storage::FileDisperser::create(parameters_of(file));
    CHECK(disperser);
    Bytes chunk(kChunk);
    for (std::uint64_t at = 0;;) {
        const auto count = file.read(at, chunk);
        const auto taken = disperser->feed(ByteView(chunk).first(count));
        CHECK(taken);
        at += *taken;
        for (;;) {
            auto segment = disperser->next();
            CHECK(segment);
            if (!*segment) break;
            on_segment(std::move(**segment));
        }
        if (count == 0) break;
    }
    auto key = disperser->finish();
    CHECK(key);
    return std::move(*key);
}

double insert_stream(const SampleFile& file) {
    MostMemory most;
    disperse(file, [&](const storage::NewSegment&) { most.look(); });
    return most.mib();
}

storage::SealedStripe recover(const storage::SegmentBlocks& segment) {
    std::vector<storage::Block> blocks;
    for (std::uint8_t i = 0; i < segment.profile().k; ++i) {
        auto block = storage::Block::verify({segment.root(), i}, segment.block(i));
        CHECK(block);
        blocks.push_back(std::move(*block));
    }
    auto stripe = storage::SealedStripe::recover(blocks);
    CHECK(stripe);
    return std::move(*stripe);
}

// Branches are kept as a network would keep them; leaves are made when they are asked for.
double get_stream(const SampleFile& file) {
    using Place = std::pair<unsigned, std::uint64_t>;
    std::map<Place, storage::SegmentBlocks> branches;
    const auto key = disperse(file, [&](storage::NewSegment segment) {
        if (segment.level == 0) return;
        branches.emplace(Place{segment.level, segment.index}, std::move(segment.blocks));
    });
    const auto parameters = parameters_of(file);
    const auto keys = storage::FileKeys::derive(parameters.convergence_secret, parameters.file_hash);
    const storage::FileShape shape(file.size(), 0);
    storage::FileReader reader(key.clone());
    MostMemory most;
    Bytes content;
    std::uint64_t at = 0;
    while (const auto node = reader.next()) {
        const bool is_branch = node->ref.kind == storage::SegmentKind::branch;
        // A top branch does not know its level before it was opened.
        const Place place{reader.opened() ? node->level : shape.levels(), node->index};
        const auto deliver = [&](const storage::SegmentBlocks& segment) {
            auto plain = reader.deliver(recover(segment));
            CHECK(plain);
            at += plain->size;
            most.look();
        };
        if (is_branch) {
            deliver(branches.at(place));
        } else {
            content = shape.single_leaf() ? storage::encode_leaf_name({}) : Bytes();
            const auto front = content.size();
            content.resize(front + shape.leaf_size(node->index));
            file.read(at, MutableBytes(content).subspan(front));
            deliver(storage::seal_leaf(keys, node->index, shape.leaf_profile(node->index), content));
        }
    }
    CHECK(at == file.size());
    return most.mib();
}

}  // namespace

StreamMemory measure_streams(std::uint64_t size) {
    const SampleFile file(size);
    StreamMemory out;
    out.insert_mib = in_own_process([&] { return insert_stream(file); });
    out.get_mib = in_own_process([&] { return get_stream(file); });
    return out;
}

}  // namespace catacomb::bench
