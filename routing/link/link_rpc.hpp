// LinkRpc: requests and responses between neighbours over one link (docs/spec/link.md 3). A request is a
// method and a body; both go as parts of one frame each, the channel field carrying the request's number.
// Bounded: outstanding requests per link in each direction, and the length of a body.
#pragma once

#include "routing/link/links.hpp"
#include "routing/rpc.hpp"

namespace catacomb::routing {

class LinkRpc final : public RpcCaller, public RpcServer, private FrameHandler {
public:
    LinkRpc(Runtime& runtime, Links& links);
    ~LinkRpc() override;

    // A relay's calls to itself are answered here, without a link.
    void set_self(const NodeId& self) { self_ = self; }
    void serve(Method method, RpcHandler handler) override;
    Task<Result<Bytes>> call(std::shared_ptr<const Descriptor> peer, Method method, Bytes body,
                             Time deadline) override;
    // Over a link that is open already.
    Task<Result<Bytes>> call_over(std::shared_ptr<Link> link, Method method, Bytes body, Time deadline);
    // Waits for the handlers that run. After the runtime closed.
    Task<void> drained() { return tasks_.drained(); }
    // Bytes of requests of more than one frame that arrive or are being served: LinkLimits::request_bytes at
    // most.
    std::size_t held() const { return held_; }

private:
    using Key = std::pair<std::uint64_t, std::uint32_t>;  // link number, request number
    struct Calling {
        std::shared_ptr<Promise<Bytes>> promise;
        Bytes body;
    };
    // Asked of us, not complete.
    struct Arriving {
        Time began{};
        Bytes body;
        bool refused = false;  // there was no room: what is still to come is dropped
    };
    struct OnLink {
        std::size_t asked = 0;     // by us: neither answered nor given up
        std::size_t arriving = 0;  // asked of us
        std::size_t running = 0;   // asked of us and being served, also what was withdrawn meanwhile
        std::size_t bytes = 0;     // of both that count in held_
    };
    using Arrivals = std::map<Key, Arriving>;

    void on_frame(Link& link, const FrameView& frame, MutableBytes payload) override;
    void on_link_closed(Link& link) override;
    void on_request_part(Link& link, const FrameView& frame, ByteView payload);
    void on_response_part(Link& link, const FrameView& frame, ByteView payload);
    Arrivals::iterator begin_request(Link& link, const Key& key);
    bool take_part(Link& link, Arriving& arriving, ByteView payload);
    void on_withdrawn(Link& link, const Key& key);
    Arriving take_off(Arrivals::iterator arriving);
    void drop_dawdlers();
    void drop(std::uint64_t link, Arriving& arriving);
    bool send_request(Link& link, std::uint32_t number, Method method, Bytes body);
    void withdraw(Link& link, std::uint32_t number);
    void refuse(Link& link, std::uint32_t request, Code why);
    void start_answer(Link& link, const Key& key, Bytes body, std::size_t held);
    Task<void> answer(std::shared_ptr<Link> link, std::uint32_t request, Bytes body, std::size_t held,
                      std::shared_ptr<const bool> withdrawn);
    Task<Result<Bytes>> handle(RpcPeer from, Method method, Bytes body);

    Runtime& runtime_;
    Links& links_;
    std::map<Method, RpcHandler> handlers_;
    std::map<Key, Calling> calling_;  // we asked
    Arrivals arriving_;
    std::map<Key, std::shared_ptr<bool>> serving_;  // whether it was withdrawn
    std::map<std::uint64_t, OnLink> on_link_;
    std::size_t held_ = 0;
    Time last_drop_{};  // of dawdlers
    std::optional<NodeId> self_;
    TaskSet tasks_;
};

}  // namespace catacomb::routing
