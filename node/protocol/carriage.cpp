// Blocks and what carries them, held against each other: storage and routing do not know of each other, so
// the sizes of blocks (storage/segment/geometry.hpp) meet the sizes of cells and frames here. Nothing but
// assertions.
#include "routing/link/frame.hpp"
#include "routing/onion/geometry.hpp"
#include "storage/segment/geometry.hpp"

namespace catacomb::node {
namespace {

using storage::BlockClass;

constexpr std::size_t pieces(std::size_t message, std::size_t piece) { return (message + piece - 1) / piece; }

// On a stream a kind byte stands beside a block or a fragment. In a request of a neighbour stand the method
// (2) and a StoreBlock's other fields: root (34), index (2), the block's own head (4), lease end (7), nonce
// (18), purpose (2), and a stamp of at most 64 bytes (66).
constexpr std::size_t kBesideOnStream = 1;
constexpr std::size_t kBesideInRequest = 2 + 34 + 2 + 4 + 7 + 18 + 2 + 66;
constexpr std::size_t kVaultsToAvoid = 3 + 16 * 8;

constexpr bool fills_its_cells(BlockClass c) {
    const auto block = storage::block_size(c);
    const auto cells = storage::cells_of(c);
    const auto room = cells * routing::kForwardPartData;
    // The wider direction and frames carry so much more that of 64 one is saved.
    const auto wide = cells - (c == BlockClass::cells64 ? 1 : 0);
    return pieces(block + kBesideOnStream, routing::kForwardPartData) == cells &&
           pieces(block + kBesideOnStream, routing::kBackwardPartData) == wide &&
           pieces(storage::fragment_size(c) + kBesideOnStream, routing::kForwardPartData) == cells &&
           pieces(block + kBesideInRequest, routing::kFramePayload) == wide &&
           (c == BlockClass::cells1 ||
            pieces(block + kBesideInRequest + kVaultsToAvoid, routing::kFramePayload) == wide) &&
           (c == BlockClass::quarter_cell || 100 * (room - block) <= 4 * room);
}

static_assert(storage::kCellData == routing::kForwardPartData);
static_assert(routing::kForwardPartData <= routing::kBackwardPartData);
static_assert(fills_its_cells(BlockClass::quarter_cell) && fills_its_cells(BlockClass::cells1) &&
              fills_its_cells(BlockClass::cells4) && fills_its_cells(BlockClass::cells16) &&
              fills_its_cells(BlockClass::cells64));

}  // namespace
}  // namespace catacomb::node
