#include "node/rendezvous/rendezvous.hpp"

#include <algorithm>

#include "base/codec.hpp"
#include "base/log.hpp"
#include "node/protocol/limits.hpp"
#include "node/protocol/vault_tag.hpp"
#include "routing/tap.hpp"

namespace catacomb::node {
namespace {

using routing::Handle;
using routing::Known;

constexpr std::size_t kRecentRoots = 4096;  // of each vault
constexpr std::size_t kOffersPerBlock = 8;

std::uint64_t root_tag(const storage::Root& root) { return load_le(root.view().first(8)); }

std::vector<routing::PositionPrefix> to_prefixes(const std::string& packed) {
    std::vector<routing::PositionPrefix> out;
    for (std::size_t i = 0; i + 8 <= packed.size(); i += 8)
        out.push_back(load_le(view(packed).subspan(i, 8)));
    return out;
}

}  // namespace

void RecentRoots::insert(const storage::Root& root) {
    const auto tag = root_tag(root);
    if (++counts_[tag] > 1) return;
    order_.push_back(tag);
    if (order_.size() <= kRecentRoots) return;
    counts_.erase(order_.front());
    order_.pop_front();
}

unsigned RecentRoots::count(const storage::Root& root) const {
    const auto at = counts_.find(root_tag(root));
    return at == counts_.end() ? 0 : at->second;
}

Rendezvous::Rendezvous(Parts parts)
    : parts_(std::move(parts)), proofs_(parts_.runtime), registered_(parts_.runtime) {
    using routing::Method;
    parts_.server.serve(Method::store,
                        [this](auto from, Bytes body) { return serve_store(from, std::move(body)); });
    parts_.server.serve(Method::fetch,
                        [this](auto from, Bytes body) { return serve_fetch(from, std::move(body)); });
    parts_.server.serve(Method::have,
                        [this](auto from, Bytes body) { return serve_have(from, std::move(body)); });
}

// ---- registrations

// What costs least first: a signature, of a key that must then show an Argon2id's worth of work.
Task<Result<routing::RegisteredVault>> Rendezvous::check_registration(
    std::shared_ptr<routing::RelayCircuit> circuit, wire::Register request) {
    const auto key = crypto::VerifyKey::from(view(request.vault_key()));
    const auto signature = crypto::Signature::from(view(request.signature()));
    const auto message = registration_bytes(parts_.self, circuit->handshake_hash(), request);
    if (!key || !signature ||
        !crypto::verify(*key, crypto::label::kRegister, parts_.network.id, message, *signature)) {
        co_return error(Code::corrupt, "the registration is not signed by the vault's key");
    }
    if (request.capacity_class() > routing::kMaxCapacityClass || request.inventory_digest().size() != 32) {
        co_return error(Code::malformed);
    }
    co_await proofs_.look_into(request.vault_key(), request.pow(), request.epoch(), parts_.network);
    auto vault = VaultIdentity::decode(request.vault_key(), request.pow(), request.epoch(), parts_.network,
                                       parts_.runtime.now(), proofs_.cache());
    if (!vault) co_return vault.error();
    co_return routing::RegisteredVault{vault->id(), vault->key, request.capacity_class(), circuit->number()};
}

Task<void> Rendezvous::serve_registration(std::shared_ptr<routing::RelayCircuit> circuit,
                                          CircuitStreamPtr stream, Bytes body) {
    // It may have ended between its first message and this turn; nobody would tell us again.
    if (circuit->is_closed()) co_return;
    auto request = decode<wire::Register>(body);
    if (!request || sessions_.count(circuit->number())) co_return circuit->close();
    auto vault = co_await check_registration(circuit, *request);
    // Another registration may have come by the same circuit meanwhile.
    if (circuit->is_closed()) co_return;
    if (!vault || sessions_.count(circuit->number())) co_return circuit->close();
    const auto digest = *crypto::Digest::from(view(request->inventory_digest()));
    auto needed = registry_.enter(*vault, digest, parts_.runtime.now());
    if (!needed) co_return circuit->close();
    const auto session = circuit->number();
    if (auto* tap = parts_.runtime.tap()) {
        tap->joined({Handle::Kind::vault_session, session}, {Handle::Kind::circuit, session});
        tap->saw({Handle::Kind::vault_session, session}, vault->key);
    }
    sessions_[session].circuit = circuit;
    circuit->on_closed = [this, session] { end_session(session); };
    if (*needed) registry_.clear_inventory(session);
    wire::Registered answer;
    answer.set_send_inventory(*needed);
    auto message = encode(Kind::answer, answer);
    auto sent = co_await stream->send(std::move(message));
    if (sent) co_await take_inventory(session, stream);
    circuit->close();
}

// Until the circuit ends: first the whole list, if it was asked for, then what comes and goes.
Task<void> Rendezvous::take_inventory(std::uint64_t session, CircuitStreamPtr stream) {
    registered_.open();
    for (;;) {
        auto bytes = co_await stream->receive(kNever);
        if (!bytes || bytes->size() > limits::kInventoryMessage) co_return;
        auto message = split_kind(std::move(*bytes));
        if (!message || message->kind != Kind::answer) co_return;
        auto inventory = decode<wire::Inventory>(message->body);
        if (!inventory) co_return;
        const auto added = to_prefixes(inventory->added());
        const auto removed = to_prefixes(inventory->removed());
        if (!registry_.update(session, added, removed)) co_return;
        registered_.open();
    }
}

void Rendezvous::end_session(std::uint64_t session) {
    registry_.leave(session, parts_.runtime.now());
    sessions_.erase(session);
}

Result<CircuitStreamPtr> Rendezvous::open_to(std::uint64_t session) {
    auto found = sessions_.find(session);
    if (found == sessions_.end() || found->second.circuit->is_closed()) return error(Code::unreachable);
    return found->second.circuit->open_stream();
}

// ---- STORE

std::vector<Rendezvous::Candidate> Rendezvous::candidates(const storage::BlockId& block) const {
    std::vector<Candidate> out;
    std::vector<std::uint32_t> classes;
    const auto position = routing::block_position(block.root, block.index);
    const auto now = parts_.runtime.now();
    std::set<routing::VaultId> holders;
    for (const auto& vault : registry_.holders(routing::prefix_of(position))) holders.insert(vault.id);
    for (const auto& vault : registry_.present()) {
        const auto serving = parts_.view.successors_of(vault.id, limits::kOfferingRelays, now);
        const auto is_self = [&](const auto& relay) { return relay->id == parts_.self; };
        if (std::none_of(serving.begin(), serving.end(), is_self)) continue;
        const auto& session = sessions_.at(vault.session);
        out.push_back({vault, 0, holders.count(vault.id) > 0, session.roots.count(block.root), session.full});
        classes.push_back(vault.capacity_class);
    }
    const auto weights = routing::placement_weights(classes);
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i].score = routing::placement_score(position, out[i].vault.id, weights[i]);
    }
    std::stable_sort(out.begin(), out.end(), [](const Candidate& a, const Candidate& b) {
        if (a.holds != b.holds) return a.holds;
        if (a.siblings != b.siblings) return a.siblings < b.siblings;
        return a.score > b.score;
    });
    return out;
}

Task<Result<Bytes>> Rendezvous::serve_store(routing::RpcPeer from, Bytes body) {
    if (!from.relay) co_return error(Code::refused);
    auto message = decode<wire::StoreBlock>(body);
    if (!message) co_return error(Code::malformed);
    auto block = to_block_id(message->root(), message->index());
    if (!block) co_return block.error();
    const auto nonce = BlockNonce::from(view(message->nonce()));
    if (!nonce) co_return error(Code::malformed);
    const auto bytes = to_bytes(view(message->block()));
    if (auto good = storage::check_block(*block, bytes); !good) co_return good.error();
    Asked asked;
    asked.block = *block;
    asked.size = static_cast<std::uint32_t>(bytes.size());
    asked.lease_end = from_unix_seconds(message->lease_end());
    asked.nonce = *nonce;
    const auto avoid = unpack_tags(message->avoid(), kMostAvoidedAtRelay);
    if (!avoid) co_return avoid.error();

    // First to a vault that has this very block: its lease is renewed, and no second copy is made. Then to
    // one that has no block of the segment; when all have, to the one with the fewest. A network with fewer
    // relays than a segment has blocks cannot keep siblings apart: there nobody is asked to decline them.
    // Where a refusal is unlikely the body follows its offer at once: a round trip over four hops less.
    auto ranked = candidates(*block);
    // Whoever stores has seen them fail.
    std::erase_if(ranked, [&](const auto& one) {
        return std::find(avoid->begin(), avoid->end(), tag_of(one.vault.id)) != avoid->end();
    });
    const auto give_up = parts_.runtime.now() + limits::kStoreAtVaults;
    const bool siblings_are_the_rule = parts_.view.size() <= storage::kMaxBlocks;
    const bool siblings_are_rare = parts_.view.size() > 4 * storage::kMaxBlocks;
    for (const bool avoid_siblings : {true, false}) {
        if (avoid_siblings && siblings_are_the_rule) continue;
        std::size_t offers = 0;
        for (const auto& candidate : ranked) {
            if (avoid_siblings && candidate.siblings > 0 && !candidate.holds) continue;
            if (++offers > kOffersPerBlock || parts_.runtime.now() + limits::kStoreAtVault > give_up) break;
            const bool refusal_is_likely = candidate.full || (avoid_siblings && !siblings_are_rare);
            const bool body_follows = !candidate.holds && !refusal_is_likely;
            auto given = co_await offer(candidate.vault, asked, bytes, avoid_siblings, body_follows);
            if (given) co_return encode(*given);
        }
    }
    co_return error(Code::full);
}

Task<std::optional<wire::Acknowledgement>> Rendezvous::offer(const routing::RegisteredVault& vault,
                                                             const Asked& asked, const Bytes& bytes,
                                                             bool avoid_siblings, bool body_follows) {
    const auto session = vault.session;
    const auto& block = asked.block;
    auto stream = open_to(session);
    if (!stream) co_return std::nullopt;
    if (auto* tap = parts_.runtime.tap()) {
        tap->saw({Handle::Kind::vault_session, session}, block.root);
    }
    const auto deadline = parts_.runtime.now() + limits::kStoreAtVault;
    wire::Offer offered;
    offered.set_root(proto_bytes(block.root));
    offered.set_index(block.index);
    offered.set_size(asked.size);
    offered.set_lease_end(unix_seconds(asked.lease_end));
    offered.set_nonce(proto_bytes(asked.nonce));
    offered.set_avoid_siblings(avoid_siblings);
    offered.set_body_follows(body_follows);
    auto message = encode(Kind::vault_offer, offered);
    bool body_sent = false;
    for (;;) {
        auto sent = co_await (*stream)->send(std::move(message), body_sent);
        if (!sent) co_return std::nullopt;
        if (body_follows && !body_sent) {
            message = with_kind(Kind::block, bytes);
            body_sent = true;
            continue;
        }
        auto reply = co_await (*stream)->receive(deadline);
        if (!reply) co_return std::nullopt;
        auto split = split_kind(std::move(*reply));
        if (!split) co_return std::nullopt;
        auto answer = decode<wire::OfferAnswer>(split->body);
        if (!answer) co_return std::nullopt;
        note_full(session, answer->verdict() == wire::OfferAnswer::FULL);
        if (answer->verdict() == wire::OfferAnswer::STORED) {
            auto given =
                co_await check_acknowledgement(proofs_, answer->acknowledgement(), asked, parts_.network);
            if (!given || given->vault.id() != vault.id) {
                log_warning("rendezvous", "a vault's acknowledgement did not hold");
                co_return std::nullopt;
            }
            note_stored(session, block);
            answer->mutable_acknowledgement()->set_rendezvous(proto_bytes(parts_.self));
            co_return std::move(*answer->mutable_acknowledgement());
        }
        if (answer->verdict() == wire::OfferAnswer::SIBLING) note_sibling(session, block.root);
        if (answer->verdict() != wire::OfferAnswer::SEND || body_sent) co_return std::nullopt;
        message = with_kind(Kind::block, bytes);
        body_sent = true;
    }
}

// The vault has a block of that segment by way of another relay: the next one is not offered to it first.
void Rendezvous::note_sibling(std::uint64_t session, const storage::Root& root) {
    if (auto at = sessions_.find(session); at != sessions_.end()) at->second.roots.insert(root);
}

void Rendezvous::note_full(std::uint64_t session, bool full) {
    if (auto at = sessions_.find(session); at != sessions_.end()) at->second.full = full;
}

// The vault's own update follows; until then a check through another exit must find it.
void Rendezvous::note_stored(std::uint64_t session, const storage::BlockId& block) {
    auto at = sessions_.find(session);
    if (at == sessions_.end()) return;
    at->second.roots.insert(block.root);
    const auto prefix = routing::prefix_of(routing::block_position(block.root, block.index));
    const auto known = registry_.update(session, {prefix}, {});
    if (!known) log_warning("rendezvous", "a vault's inventory is full");
}

// ---- FETCH and HAVE

Task<Result<Bytes>> Rendezvous::serve_fetch(routing::RpcPeer from, Bytes body) {
    if (!from.relay) co_return error(Code::refused);
    auto message = decode<wire::FetchBlock>(body);
    if (!message) co_return error(Code::malformed);
    auto block = to_block_id(message->root(), message->index());
    if (!block) co_return block.error();
    auto& runtime = parts_.runtime;
    const auto prefix = routing::prefix_of(routing::block_position(block->root, block->index));
    const auto wait_until =
        runtime.now() + std::min<Duration>(milliseconds(message->wait_ms()), limits::kLongestVaultAbsence);
    const auto give_up = runtime.now() + limits::kFetchAtVaults;
    wire::FetchAnswer answer;
    std::set<std::uint64_t> asked;
    for (;;) {
        for (const auto& vault : registry_.holders(prefix)) {
            if (!asked.insert(vault.session).second) continue;
            const auto deadline = std::min<Time>(runtime.now() + limits::kFetchAtVault, give_up);
            auto bytes = co_await request(vault.session, *block, deadline);
            if (!bytes) continue;
            answer.set_outcome(wire::FetchAnswer::FOUND);
            answer.set_block(proto_bytes(*bytes));
            co_return encode(answer);
        }
        const bool known = registry_.known(prefix) != Known::no;
        answer.set_outcome(known ? wire::FetchAnswer::ABSENT : wire::FetchAnswer::NO);
        if (!known || runtime.now() >= wait_until) co_return encode(answer);
        const auto wake = co_await registered_.wait(wait_until);
        if (wake == routing::Wake::closed) co_return error(Code::closed);
    }
}

Task<Result<Bytes>> Rendezvous::request(std::uint64_t session, const storage::BlockId& block, Time deadline) {
    auto stream = open_to(session);
    if (!stream) co_return stream.error();
    if (auto* tap = parts_.runtime.tap()) tap->saw({Handle::Kind::vault_session, session}, block.root);
    wire::Request wanted;
    wanted.set_root(proto_bytes(block.root));
    wanted.set_index(block.index);
    auto message = encode(Kind::vault_request, wanted);
    auto sent = co_await (*stream)->send(std::move(message), true);
    if (!sent) co_return sent.error();
    auto reply = co_await (*stream)->receive(deadline);
    if (!reply) co_return reply.error();
    auto split = split_kind(std::move(*reply));
    if (!split) co_return split.error();
    if (split->kind != Kind::block) co_return error(Code::not_found);
    if (auto good = storage::check_block(block, split->body); !good) {
        log_warning("rendezvous", "a vault answered with a block that is not the one asked for");
        co_return good.error();
    }
    co_return std::move(split->body);
}

Task<Result<Bytes>> Rendezvous::serve_have(routing::RpcPeer from, Bytes body) {
    if (!from.relay) co_return error(Code::refused);
    auto message = decode<wire::HaveBlocks>(body);
    if (!message || message->indices().size() > storage::kMaxBlocks) co_return error(Code::malformed);
    std::string outcomes;
    for (const char index : message->indices()) {
        auto block = to_block_id(message->root(), static_cast<std::uint8_t>(index));
        if (!block) co_return block.error();
        const auto known =
            registry_.known(routing::prefix_of(routing::block_position(block->root, block->index)));
        const auto outcome = known == Known::yes      ? wire::FetchAnswer::FOUND
                             : known == Known::absent ? wire::FetchAnswer::ABSENT
                                                      : wire::FetchAnswer::NO;
        outcomes.push_back(static_cast<char>(outcome));
    }
    wire::HaveAnswer answer;
    answer.set_outcomes(outcomes);
    co_return encode(answer);
}

}  // namespace catacomb::node
