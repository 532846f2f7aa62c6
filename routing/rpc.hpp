// Requests between neighbours, over one link (docs/spec/link.md 3). Callers name a relay by its descriptor;
// the links below dial or reuse. The interface is what ring, gossip and rendezvous are written against;
// routing/link implements it.
#pragma once

#include <functional>

#include "routing/gate.hpp"
#include "routing/identity.hpp"

namespace catacomb::routing {

struct Descriptor;

enum class Method : std::uint16_t {
    ping = 1,         // empty -> empty
    ring_state = 2,   // empty -> RingState: predecessor and successor list, as signed descriptors
    ring_notify = 3,  // empty -> empty: "I may be your predecessor"
    ring_find = 4,    // FindStep -> FindAnswer: one step of an iterative lookup
    gossip = 5,       // GossipRequest -> GossipAnswer
    store = 6,        // StoreBlock -> Acknowledgement (rendezvous)
    fetch = 7,        // FetchBlock -> FetchAnswer (rendezvous)
    have = 8,         // HaveBlocks -> HaveAnswer (rendezvous)
    dial_back = 9,    // reserved
    renew = 10,       // Renew -> ManyRenewed (rendezvous)
};

inline constexpr std::size_t kRpcMaxBody = 320 * 1024;

// Who asked: the relay at the other end of the link, or a client that has shown no descriptor.
struct RpcPeer {
    std::shared_ptr<const Descriptor> relay;  // null for a client
    std::uint64_t link = 0;                   // local number of the link
    std::uint64_t request = 0;                // local number of the request
    std::shared_ptr<const bool> withdrawn;    // set when the asker gave it up, or cannot be answered any more
    // False: what is not begun for it need not be.
    bool is_wanted() const { return !withdrawn || !*withdrawn; }
};

class RpcCaller {
public:
    virtual ~RpcCaller() = default;
    // Code::unreachable: no link, or it broke. Code::timed_out: no answer by the deadline. Code::refused: the
    // peer said no; Code::unsupported: it does not serve the method. Code::limit: too many requests are
    // outstanding to that peer.
    virtual Task<Result<Bytes>> call(std::shared_ptr<const Descriptor> peer, Method method, Bytes body,
                                     Time deadline) = 0;
};

// A handler's error becomes a refusal (its message stays here), and so does an answer of more than
// kRpcMaxBody. Handlers are coroutines; a plain answer just co_returns.
using RpcHandler = std::function<Task<Result<Bytes>>(RpcPeer from, Bytes body)>;

class RpcServer {
public:
    virtual ~RpcServer() = default;
    virtual void serve(Method method, RpcHandler handler) = 0;
};

}  // namespace catacomb::routing
