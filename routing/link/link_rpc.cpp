#include "routing/link/link_rpc.hpp"

#include "base/codec.hpp"
#include "base/defence.hpp"
#include "base/log.hpp"
#include "routing/tap.hpp"

namespace catacomb::routing {
namespace {
constexpr auto kRequestLimit = seconds(20);  // from its first part to its last, where there is little room
constexpr auto kDropsPeriod = seconds(1);
constexpr std::size_t kShareOfLink = 4;  // one link may take a quarter of the room

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
    const Key key{link->number(), link->fresh_request()};
    if (on_link_[key.first].asked >= links_.limits().outstanding_rpcs) {
        co_return error(Code::limit, "too many requests are outstanding to that relay");
    }
    const auto asked_at = runtime_.now();
    const bool sent = send_request(*link, key.second, method, std::exchange(body, Bytes{}));
    if (!sent) co_return error(Code::limit, "too much waits to be sent to that relay");
    auto promise = std::make_shared<Promise<Bytes>>(runtime_);
    calling_.emplace(key, Calling{promise, {}});
    ++on_link_[key.first].asked;
    auto answer = co_await promise->wait(deadline);
    calling_.erase(key);
    if (const auto there = on_link_.find(key.first); there != on_link_.end()) --there->second.asked;
    if (!answer && answer.error().is(Code::timed_out)) {
        if (!stands(Defence::links_judge_themselves) && link->last_heard() < asked_at) link->close();
        withdraw(*link, key.second);
    }
    co_return answer;
}

// The bytes are gone when it returns: the answer may take long, and an exit stores a whole segment at once.
bool LinkRpc::send_request(Link& link, std::uint32_t number, Method method, Bytes body) {
    Writer request;
    request.u16(static_cast<std::uint16_t>(method)).raw(body);
    return link.send_body(FrameKind::rpc_request, number, {kFrameFirst, kFrameLast, 0}, request.bytes());
}

// Nobody waits for the answer any longer: what has not left stays here, and the other end need not go on.
void LinkRpc::withdraw(Link& link, std::uint32_t number) {
    if (!link.is_open() || link.drop_body(FrameKind::rpc_request, number)) return;
    link.send_control(FrameKind::withdraw, number, 0, {});
}

void LinkRpc::on_frame(Link& link, const FrameView& frame, MutableBytes payload) {
    if (auto* tap = runtime_.tap()) {
        // Both ends count their requests from one: ours have the top bit.
        const auto ours = std::uint64_t{frame.kind == FrameKind::rpc_response} << 63;
        const Handle rpc{Handle::Kind::rpc, ours | link.number() << 32 | frame.channel};
        tap->joined({Handle::Kind::link, link.number()}, rpc);
        tap->saw(rpc, payload);
    }
    if (frame.kind == FrameKind::rpc_request) return on_request_part(link, frame, payload);
    if (frame.kind == FrameKind::rpc_response) return on_response_part(link, frame, payload);
    on_withdrawn(link, {link.number(), frame.channel});
}

void LinkRpc::on_request_part(Link& link, const FrameView& frame, ByteView payload) {
    const Key key{link.number(), frame.channel};
    auto arriving = arriving_.find(key);
    if (frame.flags & kFrameFirst) {
        if (arriving != arriving_.end() || serving_.contains(key)) return link.close();
        // Most requests are one frame: they are served at once, and are not counted.
        if (frame.flags & kFrameLast) return start_answer(link, key, to_bytes(payload), 0);
        arriving = begin_request(link, key);
    }
    if (arriving == arriving_.end()) return link.close();
    if (!take_part(link, arriving->second, payload) || !(frame.flags & kFrameLast)) return;
    auto done = take_off(arriving);
    if (done.refused) return refuse(link, key.second, Code::limit);
    const auto size = done.body.size();
    start_answer(link, key, std::move(done.body), size);
}

// arriving_.end(): no peer that counts begins so many.
LinkRpc::Arrivals::iterator LinkRpc::begin_request(Link& link, const Key& key) {
    auto& there = on_link_[link.number()];
    if (there.arriving >= links_.limits().outstanding_rpcs) return arriving_.end();
    ++there.arriving;
    return arriving_.emplace(key, Arriving{runtime_.now(), {}}).first;
}

// Its bytes count on.
LinkRpc::Arriving LinkRpc::take_off(Arrivals::iterator arriving) {
    auto out = std::move(arriving->second);
    --on_link_[arriving->first.first].arriving;
    arriving_.erase(arriving);
    return out;
}

void LinkRpc::on_withdrawn(Link& link, const Key& key) {
    if (const auto arriving = arriving_.find(key); arriving != arriving_.end()) {
        drop(key.first, arriving->second);
        take_off(arriving);
    }
    if (const auto serving = serving_.find(key); serving != serving_.end()) *serving->second = true;
    link.drop_body(FrameKind::rpc_response, key.second);
}

// False when the link is closed now.
bool LinkRpc::take_part(Link& link, Arriving& arriving, ByteView payload) {
    if (arriving.body.size() + payload.size() > kRpcMaxBody + 2) {
        link.close();
        return false;
    }
    const auto most = links_.limits().request_bytes;
    const auto fits = [&] { return held_ + payload.size() <= most; };
    if (!arriving.refused && !fits()) drop_dawdlers();
    auto& of_link = on_link_[link.number()].bytes;
    if (!fits() || of_link + payload.size() > most / kShareOfLink) drop(link.number(), arriving);
    if (arriving.refused) return true;
    append(arriving.body, payload);
    held_ += payload.size();
    of_link += payload.size();
    return true;
}

// Whoever began a request and does not go on with it. Without the need for room it may take its time.
void LinkRpc::drop_dawdlers() {
    const auto now = runtime_.now();
    if (now - last_drop_ < kDropsPeriod) return;  // who fills the room shall not choose how often we look
    last_drop_ = now;
    const auto began_before = now - kRequestLimit;
    for (auto& [key, arriving] : arriving_) {
        if (arriving.began < began_before) drop(key.first, arriving);
    }
}

void LinkRpc::drop(std::uint64_t link, Arriving& arriving) {
    held_ -= arriving.body.size();
    on_link_[link].bytes -= arriving.body.size();
    arriving.body = {};
    arriving.refused = true;
}

// There is room for as many refusals as requests may be outstanding: whoever needs more asks and does not
// read.
void LinkRpc::refuse(Link& link, std::uint32_t request, Code why) {
    const ByteArray<1> refusal{static_cast<std::uint8_t>(why)};
    const Outbox::BodyFlags flags{kFrameFirst, kFrameLast, kFrameRefused};
    if (!link.send_body(FrameKind::rpc_response, request, flags, refusal)) link.close_soon();
}

// What was withdrawn still runs for a while, and counts: else one could have any number of them run.
void LinkRpc::start_answer(Link& link, const Key& key, Bytes body, std::size_t held) {
    auto& there = on_link_[key.first];
    if (there.running >= links_.limits().outstanding_rpcs) {
        held_ -= held;
        there.bytes -= held;
        return refuse(link, key.second, Code::busy);
    }
    ++there.running;
    auto withdrawn = std::make_shared<bool>(false);
    serving_.emplace(key, withdrawn);
    tasks_.spawn(answer(link.shared_from_this(), key.second, std::move(body), held, std::move(withdrawn)));
}

Task<void> LinkRpc::answer(std::shared_ptr<Link> link, std::uint32_t request, Bytes body, std::size_t held,
                           std::shared_ptr<const bool> withdrawn) {
    Reader reader(body);
    const auto method = static_cast<Method>(reader.u16());
    Result<Bytes> result = error(Code::refused);
    if (reader.ok()) {
        RpcPeer from{link->relay(), link->number(), request, withdrawn};
        body.erase(body.begin(), body.begin() + 2);
        result = co_await handle(std::move(from), method, std::move(body));
    }
    held_ -= held;
    serving_.erase({link->number(), request});
    if (auto there = on_link_.find(link->number()); there != on_link_.end()) {
        --there->second.running;
        there->second.bytes -= held;
    }
    if (!link->is_open() || *withdrawn) co_return;
    // How long an answer becomes others have a say in: that is no reason to end.
    if (result && result->size() > kRpcMaxBody) {
        log_warning("rpc", "an answer to method ", static_cast<unsigned>(method), " would be ",
                    result->size(), " bytes long: refused");
        result = error(Code::limit);
    }
    if (!result) co_return refuse(*link, request, result.error().code);
    const Outbox::BodyFlags flags{kFrameFirst, kFrameLast, 0};
    const bool sent = link->send_body(FrameKind::rpc_response, request, flags, *result);
    if (!sent) refuse(*link, request, Code::busy);
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
    for (auto it = serving_.lower_bound(first); it != serving_.end() && it->first.first == link.number();
         ++it)
        *it->second = true;
    on_link_.erase(link.number());
}

}  // namespace catacomb::routing
