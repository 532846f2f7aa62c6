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

    void on_frame(Link& link, const FrameView& frame, MutableBytes payload) override;
    void on_link_closed(Link& link) override;
    void on_request_part(Link& link, const FrameView& frame, ByteView payload);
    void on_response_part(Link& link, const FrameView& frame, ByteView payload);
    bool take_part(Link& link, Arriving& arriving, ByteView payload);
    void close_dawdlers();
    void send_request(Link& link, std::uint32_t number, Method method, Bytes body);
    void refuse(Link& link, std::uint32_t request, Code why);
    Task<void> answer(std::shared_ptr<Link> link, std::uint32_t request, Bytes body, std::size_t held);
    Task<Result<Bytes>> handle(RpcPeer from, Method method, Bytes body);

    Runtime& runtime_;
    Links& links_;
    std::map<Method, RpcHandler> handlers_;
    std::map<Key, Calling> calling_;  // we asked
    std::map<Key, Arriving> arriving_;
    // Of one link: asked of us, not answered; and what of it counts in held_.
    struct Serving {
        std::size_t requests = 0, bytes = 0;
    };
    std::map<std::uint64_t, Serving> serving_;
    std::size_t held_ = 0;
    std::optional<NodeId> self_;
    std::uint32_t next_request_ = 1;
    TaskSet tasks_;
};

}  // namespace catacomb::routing
