// A queue to a vault's store, alone in a world. `Store` forwards to the memory it is made from, and remembers
// what a test asks about. Who has members of his own that tasks touch closes the world before they go.
#pragma once

#include "storage/store/memory_store.hpp"
#include "tools/sim/forwarding_store.hpp"
#include "tools/sim/world.hpp"

namespace catacomb::node {

template <class Queue, class Store>
struct VaultQueue {
    sim::SimWorld world{1};
    sim::SimRuntime& runtime = world.start("vault", routing::Endpoint::v4(0x0a000001, 1));
    storage::MemoryBlockStore memory{std::uint64_t{1} << 30};
    Store store{memory};
    Queue queue{runtime, store};
    routing::TaskSet tasks{runtime};
};

}  // namespace catacomb::node
