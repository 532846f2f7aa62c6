#include "node/vault/vault.hpp"

namespace catacomb::node {
namespace {

constexpr std::size_t kListed = 4096;  // ids from the store at a time

}  // namespace

Vault::Vault(Parts parts)
    : parts_(std::move(parts)),
      id_(parts_.identity.id()),
      server_({parts_.runtime, parts_.store, parts_.network, parts_.key, parts_.identity, inventory_,
               [this](const storage::BlockId& block) { registrar_.tell(prefix_of(block)); },
               [this] { return registrar_.targets().share(); }}),
      registrar_({parts_.runtime, parts_.view, parts_.paths, parts_.network, parts_.key, parts_.identity,
                  inventory_.prefixes(), parts_.capacity_class,
                  [this](CircuitStreamPtr stream) { server_.serve(std::move(stream)); }}) {}

Result<> Vault::start() {
    std::optional<storage::BlockId> after;
    for (;;) {
        auto ids = parts_.store.list(after, kListed);
        if (!ids) return ids.error();
        if (ids->empty()) break;
        for (const auto& id : *ids) inventory_.add(id);
        after = ids->back();
    }
    server_.look_at_disk();
    registrar_.start();
    return ok();
}

// Whoever opens streams first.
Task<void> Vault::drained() {
    co_await registrar_.drained();
    co_await server_.drained();
}

Vault::Status Vault::status() const {
    const auto& targets = registrar_.targets();
    return {targets.standing(), targets.wanted(), parts_.store.usage()};
}

}  // namespace catacomb::node
