#include "routing/link/link_rpc.hpp"

#include <set>

#include "base/codec.hpp"
#include "base/defence.hpp"
#include "base/log.hpp"
#include "routing/tap.hpp"

namespace catacomb::routing {
namespace {
constexpr auto kRequestLimit = seconds(20);  // from its first part to its last, where there is little room
constexpr std::size_t kShareOfLink = 4;      // one link may take a quarter of the room

// The peer's words are not repeated: only what kind of no it was. That it cannot be reached, or is silent, it
// cannot say: these are our words for the way to it.
Code kind_of_no(ByteView said) {
    if (said.empty() || said[0] >= static_cast<std::uint8_t>(Code::closed)) return Code::refused;
    const auto code = static_cast<Code>(said[0]);
    return code == Code::unreachable || code == Code::timed_out ? Code::refused : code;
}

}  // namespace

LinkRpc::LinkRpc(Runtime& runtime, Links& links) : runtime_(runtime), links_(links), tasks_(runtime) {
    links_.set_rpc_handler(this);
}

LinkRpc::~LinkRpc() { links_.set_rpc_handler(nullptr); }

void LinkRpc::serve(Method method, RpcHandler handler) { handlers_[method] = std::move(handler); }

Task<Result<Bytes>> LinkRpc::call(std::shared_ptr<const Descriptor> peer, Method method, Bytes body,
                                  Time deadline) {
    if (self_ && peer->id == *self_) {
        RpcPeer from;
        from.relay = std::move(peer);
        co_return co_await handle(std::move(from), method, std::move(body));
    }
    auto link = co_await links_.to(std::move(peer), deadline);
    if (!link) co_return link.error();
    co_return co_await call_over(std::move(*link), method, std::move(body), deadline);
}

Task<Result<Bytes>> LinkRpc::call_over(std::shared_ptr<Link> link, Method method, Bytes body, Time deadline) {
    if (!link->is_open()) co_return error(Code::unreachable, "the link is closed");
    if (body.size() > kRpcMaxBody) co_return error(Code::limit, "the request is too long");
    const auto on_link = [&](const auto& entry) { return entry.first.first == link->number(); };
    if (std::count_if(calling_.begin(), calling_.end(), on_link) >=
        static_cast<std::ptrdiff_t>(links_.limits().outstanding_rpcs)) {
        co_return error(Code::limit, "too many requests are outstanding to that relay");
    }
    const Key key{link->number(), next_request_++};
    auto promise = std::make_shared<Promise<Bytes>>(runtime_);
    calling_.emplace(key, Calling{promise, {}});
    const auto asked_at = runtime_.now();
    send_request(*link, key.second, method, std::exchange(body, Bytes{}));
    auto answer = co_await promise->wait(deadline);
    calling_.erase(key);
    const bool late = !answer && answer.error().is(Code::timed_out);
    if (!stands(Defence::links_judge_themselves) && late && link->last_heard() < asked_at) link->close();
    co_return answer;
}

// The bytes are gone when it returns: the answer may take long, and an exit stores a whole segment at once.
void LinkRpc::send_request(Link& link, std::uint32_t number, Method method, Bytes body) {
    Writer request;
    request.u16(static_cast<std::uint16_t>(method)).raw(body);
    link.send_body(FrameKind::rpc_request, number, {kFrameFirst, kFrameLast, 0}, request.bytes());
}

void LinkRpc::on_frame(Link& link, const FrameView& frame, MutableBytes payload) {
    if (auto* tap = runtime_.tap()) {
        // Both ends count their requests from one: ours have the top bit.
        const auto ours = std::uint64_t{frame.kind == FrameKind::rpc_response} << 63;
        const Handle rpc{Handle::Kind::rpc, ours | link.number() << 32 | frame.channel};
        tap->joined({Handle::Kind::link, link.number()}, rpc);
        tap->saw(rpc, payload);
    }
    if (frame.kind == FrameKind::rpc_request) {
        on_request_part(link, frame, payload);
    } else {
        on_response_part(link, frame, payload);
    }
}

void LinkRpc::on_request_part(Link& link, const FrameView& frame, ByteView payload) {
    const Key key{link.number(), frame.channel};
    auto arriving = arriving_.find(key);
    if (frame.flags & kFrameFirst) {
        if (arriving != arriving_.end()) return link.close();
        auto& serving = serving_[link.number()];
        if (serving.requests >= links_.limits().outstanding_rpcs) return link.close();
        ++serving.requests;
        // Most requests are one frame: they are served at once, and are not counted.
        if (frame.flags & kFrameLast)
            return tasks_.spawn(answer(link.shared_from_this(), key.second, to_bytes(payload), 0));
        arriving = arriving_.emplace(key, Arriving{runtime_.now(), {}}).first;
    }
    if (arriving == arriving_.end()) return link.close();
    if (!take_part(link, arriving->second, payload) || !(frame.flags & kFrameLast)) return;
    auto done = std::move(arriving->second);
    arriving_.erase(arriving);
    if (done.refused) {
        --serving_[link.number()].requests;
        return refuse(link, key.second, Code::limit);
    }
    const auto size = done.body.size();
    tasks_.spawn(answer(link.shared_from_this(), key.second, std::move(done.body), size));
}

// False when the link is closed now.
bool LinkRpc::take_part(Link& link, Arriving& arriving, ByteView payload) {
    if (arriving.body.size() + payload.size() > kRpcMaxBody + 2) {
        link.close();
        return false;
    }
    const auto most = links_.limits().request_bytes;
    const auto fits = [&] { return held_ + payload.size() <= most; };
    if (!arriving.refused && !fits()) {
        close_dawdlers();
        if (link.is_closed()) return false;
        arriving.refused = !fits();
    }
    auto& of_link = serving_[link.number()].bytes;
    arriving.refused |= of_link + payload.size() > most / kShareOfLink;
    if (arriving.refused) {
        held_ -= arriving.body.size();
        of_link -= arriving.body.size();
        arriving.body = {};
    } else {
        append(arriving.body, payload);
        held_ += payload.size();
        of_link += payload.size();
    }
    return true;
}

// Whoever began a request and does not go on with it. Without the need for room it may take its time.
void LinkRpc::close_dawdlers() {
    const auto began_before = runtime_.now() - kRequestLimit;
    std::set<std::uint64_t> late;
    for (const auto& [key, arriving] : arriving_) {
        if (arriving.began < began_before) late.insert(key.first);
    }
    for (const auto& link : links_.all()) {
        if (late.count(link->number())) link->close();
    }
}

void LinkRpc::refuse(Link& link, std::uint32_t request, Code why) {
    const ByteArray<1> refusal{static_cast<std::uint8_t>(why)};
    link.send_body(FrameKind::rpc_response, request, {kFrameFirst, kFrameLast, kFrameRefused}, refusal);
}

Task<void> LinkRpc::answer(std::shared_ptr<Link> link, std::uint32_t request, Bytes body, std::size_t held) {
    Reader reader(body);
    const auto method = static_cast<Method>(reader.u16());
    Result<Bytes> result = error(Code::refused);
    if (reader.ok()) {
        RpcPeer from;
        from.relay = link->relay();
        from.link = link->number();
        from.request = request;
        body.erase(body.begin(), body.begin() + 2);
        result = co_await handle(std::move(from), method, std::move(body));
    }
    held_ -= held;
    if (auto serving = serving_.find(link->number()); serving != serving_.end()) {
        --serving->second.requests;
        serving->second.bytes -= held;
    }
    if (!link->is_open()) co_return;
    if (!result) {
        refuse(*link, request, result.error().code);
    } else {
        CHECK(result->size() <= kRpcMaxBody);
        link->send_body(FrameKind::rpc_response, request, {kFrameFirst, kFrameLast, 0}, *result);
    }
}

Task<Result<Bytes>> LinkRpc::handle(RpcPeer from, Method method, Bytes body) {
    auto handler = handlers_.find(method);
    if (handler == handlers_.end()) co_return error(Code::unsupported);
    co_return co_await handler->second(std::move(from), std::move(body));
}

void LinkRpc::on_response_part(Link& link, const FrameView& frame, ByteView payload) {
    auto found = calling_.find({link.number(), frame.channel});
    if (found == calling_.end()) return;  // came too late
    auto& calling = found->second;
    if (calling.body.size() + payload.size() > kRpcMaxBody) return link.close();
    append(calling.body, payload);
    if (!(frame.flags & kFrameLast)) return;
    if (frame.flags & kFrameRefused) {
        const auto code = kind_of_no(calling.body);
        calling.promise->set(error(code, concat("the relay said: ", name_of(code))));
    } else {
        calling.promise->set(std::move(calling.body));
    }
}

void LinkRpc::on_link_closed(Link& link) {
    const auto first = Key{link.number(), 0};
    for (auto it = calling_.lower_bound(first); it != calling_.end() && it->first.first == link.number();
         ++it) {
        it->second.promise->set(error(Code::unreachable, "the link broke"));
    }
    std::erase_if(arriving_, [&](const auto& entry) {
        if (entry.first.first != link.number()) return false;
        held_ -= entry.second.body.size();
        return true;
    });
    serving_.erase(link.number());
}

}  // namespace catacomb::routing
