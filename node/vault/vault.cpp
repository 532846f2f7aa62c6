#include "node/vault/vault.hpp"

#include <algorithm>
#include <utility>

#include "base/codec.hpp"
#include "base/log.hpp"
#include "node/protocol/limits.hpp"
#include "node/protocol/registration.hpp"

namespace catacomb::node {
namespace {

constexpr auto kTargetsPeriod = seconds(5);
constexpr auto kQuickTargetsPeriod = milliseconds(500);  // while not registered everywhere
constexpr auto kFirstRetry = milliseconds(100);
constexpr auto kLongestRetry = seconds(10);
constexpr unsigned kTriesBeforeAway = 3;  // over paths that differ
constexpr auto kAwayFor = minutes(2);
constexpr auto kPingPeriod = seconds(30);
constexpr auto kTellPause = milliseconds(500);  // between messages about what came and went

std::uint64_t root_tag(const storage::Root& root) { return load_le(root.view().first(8)); }

std::string packed(std::uint64_t prefix) {
    ByteArray<8> out;
    store_le(out, prefix);
    return proto_bytes(out);
}

}  // namespace

Vault::Vault(Parts parts)
    : parts_(std::move(parts)),
      id_(parts_.identity.id()),
      rng_(parts_.runtime.rng().split("vault")),
      puts_(parts_.runtime, parts_.store),
      changed_(parts_.runtime),
      tasks_(parts_.runtime) {}

Result<> Vault::start() {
    std::optional<storage::BlockId> after;
    for (;;) {
        auto ids = parts_.store.list(after, 4096);
        if (!ids) return ids.error();
        if (ids->empty()) break;
        for (const auto& id : *ids) {
            inventory_.insert(routing::prefix_of(routing::block_position(id.root, id.index)));
            ++roots_[root_tag(id.root)];
        }
        after = ids->back();
    }
    tasks_.spawn(keep_targets());
    return ok();
}

Task<void> Vault::drained() {
    co_await tasks_.drained();
    co_await puts_.drained();
}

Vault::Status Vault::status() const {
    Status out;
    for (const auto& [id, one] : registrations_) {
        out.wanted += one->wanted;
        out.registrations += one->wanted && one->registered;
    }
    out.usage = parts_.store.usage();
    return out;
}

// ---- where to be registered

Task<void> Vault::keep_targets() {
    for (;;) {
        choose_targets();
        const auto state = status();
        const auto settled = state.wanted > 0 && state.registrations == state.wanted;
        const Duration period = settled ? Duration(kTargetsPeriod) : Duration(kQuickTargetsPeriod);
        const auto wake = co_await changed_.wait(parts_.runtime.now() + period);
        if (wake == routing::Wake::closed) co_return;
    }
}

// The relays that follow our id, from the view alone: a lookup would tell who asks. Relays that we cannot
// reach are passed over for a while, as exits pass them over that look for our blocks. A relay that is no
// longer among them keeps its registration until the new ones stand.
void Vault::choose_targets() {
    const auto now = parts_.runtime.now();
    if (!parts_.paths.enough_relays(kVaultHops)) return;
    std::erase_if(away_until_, [now](const auto& entry) { return entry.second <= now; });
    const auto places = parts_.network.registrations;
    const auto following = parts_.view.successors_of(id_, places + away_until_.size(), now);
    std::set<routing::NodeId> wanted;
    for (const auto& relay : following) {
        if (wanted.size() == places) break;
        if (away_until_.count(relay->id)) continue;
        wanted.insert(relay->id);
        auto& registration = registrations_[relay->id];
        if (registration && registration->wanted) continue;
        registration = std::make_shared<Registration>();
        registration->relay = relay;
        tasks_.spawn(keep_registered(registration));
    }
    const auto standing = [&](const auto& entry) {
        return !wanted.count(entry.first) || entry.second->registered;
    };
    if (!std::all_of(registrations_.begin(), registrations_.end(), standing)) return;
    for (auto it = registrations_.begin(); it != registrations_.end();) {
        if (wanted.count(it->first)) {
            ++it;
            continue;
        }
        it->second->wanted = false;
        if (it->second->circuit) it->second->circuit->close();
        it = registrations_.erase(it);
    }
}

Task<void> Vault::keep_registered(RegistrationPtr registration) {
    Duration pause = kFirstRetry;
    unsigned failures = 0;
    while (registration->wanted && !parts_.runtime.closing()) {
        auto done = co_await register_once(registration);
        if (done) {
            pause = kFirstRetry;
            failures = 0;
            registration->registered = true;
            changed_.open();
            co_await watch(registration);
            registration->registered = false;
            changed_.open();
        } else {
            log_debug("vault", "registration failed: ", done.error().text());
            if (++failures >= kTriesBeforeAway) pass_over(registration->relay->id);
        }
        if (registration->circuit) registration->circuit->close();
        registration->stream.reset();
        registration->circuit.reset();
        // A relay that left the view is not worth trying for ever: choose_targets decides.
        if (!registration->wanted) co_return;
        const auto jitter = microseconds(rng_->below(static_cast<std::uint64_t>(pause.count()) + 1));
        if (!co_await routing::sleep_for(parts_.runtime, pause / 2 + jitter)) co_return;
        pause = std::min<Duration>(pause * 2, kLongestRetry);
    }
}

// Of a relay four hops away we have only another relay's word: this is told to no other part of the node. And
// only so many at a time: when nobody can be reached, it is we who are cut off.
void Vault::pass_over(const routing::NodeId& relay) {
    if (away_until_.size() >= parts_.network.registrations) return;
    away_until_[relay] = parts_.runtime.now() + kAwayFor;
    changed_.open();
}

Task<Result<>> Vault::register_once(RegistrationPtr registration) {
    const auto deadline = parts_.runtime.now() + limits::kRegister;
    auto circuit = co_await parts_.paths.build_vault(registration->relay, deadline);
    if (!circuit) co_return circuit.error();
    registration->circuit = *circuit;
    (*circuit)->on_stream([this](CircuitStreamPtr stream) { on_stream(std::move(stream)); });
    auto stream = (*circuit)->open_stream();
    if (!stream) co_return stream.error();
    registration->stream = *stream;
    auto request = registration_request(*registration);
    auto sent = co_await (*stream)->send(std::move(request));
    if (!sent) co_return sent;
    auto reply = co_await (*stream)->receive(deadline);
    if (!reply) co_return reply.error();
    auto message = split_kind(std::move(*reply));
    if (!message) co_return message.error();
    auto answer = decode<wire::Registered>(message->body);
    if (!answer) co_return answer.error();
    if (!answer->send_inventory()) co_return ok();
    co_return co_await send_inventory(registration);
}

Bytes Vault::registration_request(const Registration& registration) const {
    wire::Register request;
    request.set_vault_key(proto_bytes(parts_.identity.key));
    request.set_pow(proto_bytes(parts_.identity.pow));
    request.set_epoch(parts_.identity.epoch);
    request.set_capacity_class(parts_.capacity_class);
    request.set_inventory_digest(proto_bytes(routing::inventory_digest(inventory_)));
    const auto message =
        registration_bytes(registration.relay->id, registration.circuit->endpoint_hash(), request);
    const auto signature = crypto::sign(parts_.key, crypto::label::kRegister, parts_.network.id, message);
    request.set_signature(proto_bytes(signature));
    return encode(Kind::vault_register, request);
}

// By value of what we have now; blocks that come meanwhile are told by tell_all.
Task<Result<>> Vault::send_inventory(RegistrationPtr registration) {
    const std::vector<routing::PositionPrefix> all(inventory_.begin(), inventory_.end());
    std::size_t at = 0;
    do {
        wire::Inventory part;
        for (std::size_t i = 0; i < limits::kPrefixesPerMessage && at < all.size(); ++i, ++at) {
            part.mutable_added()->append(packed(all[at]));
        }
        part.set_complete(at == all.size());
        auto message = encode(Kind::answer, part);
        auto sent = co_await registration->stream->send(std::move(message));
        if (!sent) co_return sent;
    } while (at < all.size());
    co_return ok();
}

// Until the circuit ends. A hop that died in silence is found by a ping through the whole circuit.
Task<void> Vault::watch(RegistrationPtr registration) {
    auto circuit = registration->circuit;
    while (!circuit->is_closed() && registration->wanted) {
        const auto wake = co_await circuit->ended().wait(parts_.runtime.now() + kPingPeriod);
        if (wake != routing::Wake::timed_out || circuit->is_closed()) co_return;
        auto stream = circuit->open_stream();
        if (!stream) co_return;
        auto ping = with_kind(Kind::vault_ping, {});
        auto sent = co_await (*stream)->send(std::move(ping), true);
        if (!sent) co_return;
        auto answer = co_await (*stream)->receive(parts_.runtime.now() + limits::kVaultPing);
        if (!answer) co_return;
    }
}

// ---- serving

void Vault::on_stream(CircuitStreamPtr stream) { tasks_.spawn(serve(std::move(stream))); }

Task<void> Vault::serve(CircuitStreamPtr stream) {
    auto bytes = co_await stream->receive(parts_.runtime.now() + limits::kRegister);
    if (!bytes) co_return;
    auto message = split_kind(std::move(*bytes));
    if (!message) co_return;
    if (message->kind == Kind::vault_offer) co_await serve_offer(stream, std::move(message->body));
    if (message->kind == Kind::vault_request) co_await serve_request(stream, std::move(message->body));
}

wire::OfferAnswer::Verdict Vault::judge(const wire::Offer& offer, const storage::BlockId& block) const {
    if (offer.avoid_siblings() && roots_.count(root_tag(block.root))) return wire::OfferAnswer::SIBLING;
    const auto usage = parts_.store.usage();
    if (usage.bytes + storage::quota_charge(offer.size()) > usage.quota) return wire::OfferAnswer::FULL;
    return wire::OfferAnswer::SEND;
}

Task<void> Vault::serve_offer(CircuitStreamPtr stream, Bytes body) {
    auto offer = decode<wire::Offer>(body);
    if (!offer) co_return;
    auto block = to_block_id(offer->root(), offer->index());
    if (!block || offer->size() == 0 || offer->size() > storage::kMaxBlockSize) co_return;
    const auto lease_end = from_unix_seconds(offer->lease_end());
    const auto now = parts_.runtime.now();
    if (lease_end <= now || lease_end > now + limits::kLongestLease) co_return;
    wire::OfferAnswer answer;
    // What we have already needs no body; its lease is extended, durably, like any put.
    Result<Bytes> present = error(Code::not_found);
    const auto prefix = routing::prefix_of(routing::block_position(block->root, block->index));
    if (inventory_.count(prefix)) present = co_await read(*block);
    if (!present) {
        answer.set_verdict(judge(*offer, *block));
        const bool refused = answer.verdict() != wire::OfferAnswer::SEND;
        if (refused || !offer->body_follows()) {
            auto message = encode(Kind::answer, answer);
            auto sent = co_await stream->send(std::move(message), refused);
            if (!sent || refused) co_return;
        }
        auto bytes = co_await stream->receive(parts_.runtime.now() + limits::kStoreBody);
        if (!bytes) co_return;
        auto split = split_kind(std::move(*bytes));
        if (!split || split->kind != Kind::block) co_return;
        present = std::move(split->body);
    }
    auto stored = co_await store(*block, std::move(*present), lease_end);
    if (stored) {
        answer.set_verdict(wire::OfferAnswer::STORED);
        *answer.mutable_acknowledgement() = to_wire(*stored);
    } else {
        answer.set_verdict(stored.error().is(Code::full) ? wire::OfferAnswer::FULL
                                                         : wire::OfferAnswer::FAILED);
    }
    auto message = encode(Kind::answer, answer);
    co_await stream->send(std::move(message), true);
}

Task<Result<Acknowledged>> Vault::store(storage::BlockId block, Bytes bytes, Time lease_end) {
    if (auto good = storage::check_block(block, bytes); !good) co_return good.error();
    storage::Put put;
    put.id = block;
    put.profile = storage::BlockParts::decode(bytes)->header.profile;
    put.now = parts_.runtime.now();
    put.bytes = std::move(bytes);
    put.lease_end = lease_end;
    auto stored = co_await puts_.put(std::move(put));
    if (!stored) {
        log_warning("vault", "a block could not be stored: ", stored.error().text());
        co_return stored.error();
    }
    add_to_inventory(block);
    co_return acknowledge(block, lease_end, parts_.identity, parts_.key, parts_.network);
}

Task<Result<Bytes>> Vault::read(storage::BlockId block) {
    const auto now = parts_.runtime.now();
    std::function<Result<Bytes>()> work = [this, block, now] { return parts_.store.fetch(block, now); };
    co_return co_await routing::on_worker(parts_.runtime, std::move(work));
}

void Vault::add_to_inventory(const storage::BlockId& block) {
    const auto prefix = routing::prefix_of(routing::block_position(block.root, block.index));
    if (!inventory_.insert(prefix).second) return;
    ++roots_[root_tag(block.root)];
    tell(prefix, true);
}

// A block that cannot be read is not promised any longer; whoever stores it again replaces it.
void Vault::drop_from_inventory(const storage::BlockId& block) {
    const auto prefix = routing::prefix_of(routing::block_position(block.root, block.index));
    if (inventory_.erase(prefix) == 0) return;
    const auto siblings = roots_.find(root_tag(block.root));
    if (siblings != roots_.end() && --siblings->second == 0) roots_.erase(siblings);
    tell(prefix, false);
}

void Vault::tell(routing::PositionPrefix prefix, bool here) {
    untold_[prefix] = here;
    if (!std::exchange(telling_, true)) tasks_.spawn(tell_all());
}

// What changes meanwhile goes with the next message: an insert changes much, and each message is a cell on
// every hop to every relay.
Task<void> Vault::tell_all() {
    while (!untold_.empty()) {
        const auto update = next_update();
        const auto all = registrations_;
        for (const auto& [id, registration] : all) {
            auto stream = registration->stream;
            if (!stream || stream->is_broken()) continue;
            auto copy = update;
            co_await stream->send(std::move(copy));
        }
        const bool slept = co_await routing::sleep_for(parts_.runtime, kTellPause);
        if (!slept) break;
    }
    telling_ = false;
}

Bytes Vault::next_update() {
    wire::Inventory update;
    for (std::size_t i = 0; i < limits::kPrefixesPerMessage && !untold_.empty(); ++i) {
        const auto change = untold_.begin();
        (change->second ? update.mutable_added() : update.mutable_removed())->append(packed(change->first));
        untold_.erase(change);
    }
    return encode(Kind::answer, update);
}

Task<void> Vault::serve_request(CircuitStreamPtr stream, Bytes body) {
    auto request = decode<wire::Request>(body);
    if (!request) co_return;
    auto block = to_block_id(request->root(), request->index());
    if (!block) co_return;
    auto bytes = co_await read(*block);
    if (!bytes && !bytes.error().is(Code::not_found)) {
        log_warning("vault", "a stored block cannot be given: ", bytes.error().text());
        drop_from_inventory(*block);
    }
    auto message = bytes ? with_kind(Kind::block, std::move(*bytes)) : with_kind(Kind::answer, {});
    co_await stream->send(std::move(message), true);
}

}  // namespace catacomb::node
