// RenewBundle: what the segments of one client's request have to ask one relay, in one message; and what came
// of it for each. Pure.
#pragma once

#include <map>

#include "node/protocol/asked.hpp"

namespace catacomb::node {

class RenewBundle {
public:
    struct Told {
        BlockMask renewed = 0, absent = 0;
    };

    // False when so many blocks are too many for one request; nothing is taken then.
    bool take(std::size_t item, BlockMask blocks);
    // The request. Requires: something was taken.
    RenewalAsked request(const std::vector<RenewalItem>& all, Time lease_end, const BlockNonce& nonce) const;
    // A relay numbers the items of the request; the client knows its own. False: there is no such item.
    bool renumber(wire::Renewed& given) const;
    // Of a word that is numbered so and was checked: only what was asked for counts.
    void renewed(const wire::Renewed& given);
    void absent(const google::protobuf::RepeatedField<std::uint64_t>& masks);
    Told told(std::size_t item, BlockMask blocks) const;
    std::size_t blocks() const { return blocks_; }

private:
    struct Part {
        BlockMask wanted = 0;
        Told told;
    };
    std::map<std::size_t, Part> parts_;  // by item of the client's
    std::size_t blocks_ = 0;
};

}  // namespace catacomb::node
