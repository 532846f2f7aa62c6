#include "node/exit/exit.hpp"

#include <algorithm>

#include "node/exit/fetch.hpp"
#include "node/exit/have.hpp"
#include "node/exit/renew.hpp"
#include "node/exit/store.hpp"
#include "routing/tap.hpp"

namespace catacomb::node {
namespace {

// What one store may have waiting on the links is also bounded by a part of what the node lends.
constexpr std::size_t kStoreShare = 4;

using routing::Handle;

template <class Request>
std::vector<storage::Root> roots_of(const Request& request) {
    return {request.root};
}
std::vector<storage::Root> roots_of(const RenewRequest& request) {
    std::vector<storage::Root> out;
    for (const auto& item : request.items) out.push_back(item.root);
    return out;
}

void report(Runtime& runtime, std::uint64_t circuit, const CircuitStreamPtr& stream, ByteView root) {
    if (auto* tap = runtime.tap()) {
        const Handle handle{Handle::Kind::stream, circuit << 32 | stream->id()};
        tap->joined({Handle::Kind::circuit, circuit}, handle);
        tap->saw(handle, root);
    }
}

}  // namespace

Exit::Exit(Parts parts)
    : runtime_(parts.runtime),
      relays_(parts.runtime, parts.view, parts.ring, parts.caller),
      errands_(relays_),
      tools_{relays_, errands_, parts.proofs, std::min(limits::kStoreOnLinks, parts.transit / kStoreShare)},
      admission_(parts.memory) {}

Task<void> Exit::serve(Kind kind, std::uint64_t circuit, CircuitStreamPtr stream, Bytes request) {
    switch (kind) {
        case Kind::exit_fetch:
            return admit(&fetch, limits::kFetchesPerCircuit, circuit, std::move(stream), std::move(request));
        case Kind::exit_store:
            return admit(&store, limits::kStoresPerCircuit, circuit, std::move(stream), std::move(request));
        case Kind::exit_renew:
            return admit(&renew, limits::kRenewsPerCircuit, circuit, std::move(stream), std::move(request));
        default:
            return admit(&have, limits::kHavesPerCircuit, circuit, std::move(stream), std::move(request));
    }
}

// A request that breaks a rule gets its stream reset without a word; one for which there is no room now is
// told so, for another exit will do.
template <class Request>
Task<void> Exit::admit(Operation<Request> operation, std::size_t per_circuit, std::uint64_t circuit,
                       CircuitStreamPtr stream, Bytes message) {
    auto request = Request::decode(message);
    if (!request) co_return;
    const auto place =
        admission_.enter(circuit, static_cast<int>(Request::kKind), per_circuit, request->memory());
    if (!place) {
        auto busy = with_kind(Kind::busy, {});
        co_await stream->send(std::move(busy), true);
        co_return;
    }
    for (const auto& root : roots_of(*request)) report(runtime_, circuit, stream, root);
    co_await operation(tools_, std::move(*request), std::move(stream));
}

}  // namespace catacomb::node
