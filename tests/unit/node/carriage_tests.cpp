// Proves that a block with everything that really stands beside it takes as many cells and frames as its
// class says: in the messages of circuit streams, in both directions, and in requests between neighbours.
#include <boost/test/unit_test.hpp>

#include "node/protocol/messages.hpp"
#include "routing/onion/parts.hpp"
#include "storage/segment/geometry.hpp"

namespace catacomb::node {
namespace {

// A message is cut into parts, one to a cell, each with its header.
std::size_t cells_for(ByteView message, std::size_t payload) {
    const auto data = payload - routing::kPartHeader;
    return (message.size() + data - 1) / data;
}

std::size_t frames_for(const google::protobuf::MessageLite& message, std::size_t method) {
    return (method + message.ByteSizeLong() + routing::kFramePayload - 1) / routing::kFramePayload;
}

wire::StoreBlock largest_store(std::size_t block) {
    wire::StoreBlock out;
    out.set_root(std::string(32, 'r'));
    out.set_index(63);
    out.set_block(std::string(block, 'b'));
    out.set_lease_end((std::uint64_t{1} << 42) - 1);
    out.set_nonce(std::string(16, 'n'));
    out.set_purpose(wire::REPAIR);
    out.set_stamp(std::string(64, 's'));
    return out;
}

// The wider direction and frames carry so much more that a piece of 64 is saved.
std::size_t one_less(storage::BlockClass c) { return c == storage::BlockClass::cells64 ? 1 : 0; }

BOOST_AUTO_TEST_SUITE(carriage)

BOOST_AUTO_TEST_CASE(a_block_fills_the_cells_that_its_class_names) {
    for (const auto c : storage::kBlockClasses) {
        const auto cells = storage::cells_of(c);
        const auto block = with_kind(Kind::block, Bytes(storage::block_size(c)));
        const auto fragment = with_kind(Kind::fragment, Bytes(storage::fragment_size(c)));
        BOOST_TEST(cells_for(block, routing::kForwardPayload) == cells);
        BOOST_TEST(cells_for(block, routing::kBackwardPayload) == cells - one_less(c));
        BOOST_TEST(cells_for(fragment, routing::kForwardPayload) == cells);
    }
}

BOOST_AUTO_TEST_CASE(a_request_with_a_block_takes_no_frame_more) {
    for (const auto c : storage::kBlockClasses) {
        const auto cells = storage::cells_of(c);
        BOOST_TEST(frames_for(largest_store(storage::block_size(c)), 2) == cells - one_less(c));
        wire::FetchAnswer answer;
        answer.set_outcome(wire::FetchAnswer::ABSENT);
        answer.set_block(std::string(storage::block_size(c), 'b'));
        BOOST_TEST(frames_for(answer, 0) == cells - one_less(c));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace catacomb::node
