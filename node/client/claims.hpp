// Claims: what exits say of one segment's blocks. A block that nobody has read is believed to be there when
// two exits say so; a third is asked about what two disagree on. Pure.
#pragma once

#include <vector>

#include "node/protocol/block_name.hpp"

namespace catacomb::node {

class Claims {
public:
    static constexpr std::size_t kWords = 2, kMostWords = 3;

    void add(BlockMask have, BlockMask absent) { words_.push_back({have, absent}); }
    // Blocks whose bodies were read need no word.
    bool needs_more(BlockMask verified) const {
        if (words_.size() < kWords) return true;
        return words_.size() < kMostWords && ((words_[0].have ^ words_[1].have) & ~verified) != 0;
    }
    std::size_t words() const { return words_.size(); }
    // What two say.
    BlockMask reported() const {
        BlockMask once = 0, twice = 0;
        for (const auto& word : words_) {
            twice |= once & word.have;
            once |= word.have;
        }
        return twice;
    }
    // Somebody says that a vault has it which is away, and it is not reported.
    BlockMask absent() const {
        BlockMask out = 0;
        for (const auto& word : words_) out |= word.absent;
        return out & ~reported();
    }

private:
    struct Word {
        BlockMask have = 0, absent = 0;
    };
    std::vector<Word> words_;
};

}  // namespace catacomb::node
