// A network in memory for the tree tests: the data blocks of every segment by root, and whole inserts and
// reads over it.
#pragma once

#include <functional>
#include <map>

#include "storage/tree/disperser.hpp"
#include "storage/tree/walker.hpp"
#include "tests/unit/storage/support.hpp"

namespace catacomb::storage {

class BlockMap {
public:
    // Keeps only the first k blocks: what they lead to is the subject of the segment tests.
    void put(const SegmentBlocks& segment) {
        auto& blocks = segments_[segment.root()];
        blocks.clear();
        for (unsigned i = 0; i < segment.profile().k; ++i) blocks.push_back(segment.block(i));
    }
    Result<SealedStripe> recover(const Root& root) const {
        std::vector<Block> blocks;
        const auto found = segments_.find(root);
        if (found == segments_.end()) return error(Code::not_found);
        for (std::uint8_t i = 0; i < found->second.size(); ++i) {
            blocks.push_back(*Block::verify({root, i}, found->second[i]));
        }
        return SealedStripe::recover(blocks);
    }
    void forget(const Root& root) { segments_.erase(root); }
    std::size_t size() const { return segments_.size(); }

private:
    std::map<Root, std::vector<Bytes>> segments_;
};

using SegmentSink = std::function<void(const NewSegment&)>;

// Everything next() has right now.
inline Result<> drain(FileDisperser& disperser, const SegmentSink& sink) {
    for (;;) {
        auto segment = disperser.next();
        if (!segment) return segment.error();
        if (!*segment) return ok();
        sink(**segment);
    }
}

// Feeds one chunk, draining whenever a segment is full.
inline Result<> feed_all(FileDisperser& disperser, ByteView chunk, const SegmentSink& sink) {
    while (!chunk.empty()) {
        const auto taken = disperser.feed(chunk);
        if (!taken) return taken.error();
        chunk = chunk.subspan(*taken);
        if (auto drained = drain(disperser, sink); !drained) return drained;
    }
    return drain(disperser, sink);
}

inline InsertParameters parameters_for(ByteView file, std::string name) {
    return {random_key(50), crypto::content_hash(file), file.size(), std::move(name)};
}

inline Result<ReadKey> insert_file(ByteView file, std::string name, std::size_t chunk,
                                   const SegmentSink& sink) {
    auto disperser = FileDisperser::create(parameters_for(file, std::move(name)));
    if (!disperser) return disperser.error();
    if (auto drained = drain(*disperser, sink); !drained) return drained.error();
    for (std::size_t at = 0; at < file.size(); at += chunk) {
        const auto part = file.subspan(at, std::min(chunk, file.size() - at));
        if (auto fed = feed_all(*disperser, part, sink); !fed) return fed.error();
    }
    return disperser->finish();
}

inline Result<Bytes> read_file(FileReader& reader, const BlockMap& network) {
    Bytes out;
    while (const auto node = reader.next()) {
        auto stripe = network.recover(node->ref.root);
        if (!stripe) return stripe.error();
        const auto content = reader.deliver(std::move(*stripe));
        if (!content) return content.error();
        append(out, content->view());
    }
    return out;
}

}  // namespace catacomb::storage
