#include "node/vault/registrar.hpp"

#include <utility>

#include "base/log.hpp"
#include "node/protocol/limits.hpp"
#include "node/protocol/registration.hpp"

namespace catacomb::node {
namespace {

constexpr auto kTargetsPeriod = seconds(5);
constexpr auto kQuickTargetsPeriod = milliseconds(500);  // while not registered everywhere
constexpr auto kPingPeriod = seconds(30);
// Of one registration, drawn anew each time: the longer a circuit stands the more it shows.
constexpr auto kShortestLife = hours(20), kLongestLife = hours(24);
// Between messages about what came and went: an insert changes much, and each is a cell on every hop.
constexpr auto kTellPause = milliseconds(500);
constexpr unsigned kShortLivesOfTwin = 3;

}  // namespace

Registrar::Registrar(Parts parts)
    : parts_(std::move(parts)),
      rng_(parts_.runtime.rng().split("vault")),
      targets_(parts_.network.registrations),
      changed_(parts_.runtime),
      tasks_(parts_.runtime) {}

void Registrar::tell(routing::PositionPrefix prefix) {
    for (auto& [relay, session] : sessions_) {
        session->teller.changed(prefix);
        session->news.open();
    }
}

Task<void> Registrar::keep_targets() {
    for (;;) {
        choose_targets();
        const Duration period = targets_.settled() ? Duration(kTargetsPeriod) : Duration(kQuickTargetsPeriod);
        const auto wake = co_await changed_.wait(parts_.runtime.now() + period);
        if (wake == routing::Wake::closed) co_return;
    }
}

void Registrar::choose_targets() {
    if (!parts_.paths.enough_relays(kVaultHops)) return;
    const auto now = parts_.runtime.now();
    std::vector<routing::NodeId> following;
    for (const auto& relay : parts_.view.successors_of(parts_.identity.id(), targets_.sight(), now))
        following.push_back(relay->id);
    const auto change = targets_.choose(following, now);
    // Whoever still winds up an earlier registration there sees that it is wanted again.
    for (const auto& relay : change.begin) {
        if (kept_.insert(relay).second) tasks_.spawn(keep_registered(relay));
    }
    for (const auto& relay : change.end) {
        if (const auto at = sessions_.find(relay); at != sessions_.end()) close(*at->second);
    }
}

Task<void> Registrar::keep_registered(routing::NodeId relay) {
    SessionPtr old;  // of age, which serves until the next one stands
    for (;;) {
        auto session = std::make_shared<Session>(parts_.runtime, relay, parts_.inventory.fitting_bits());
        sessions_[relay] = session;
        auto done = co_await register_once(session);
        if (old) close(*std::exchange(old, nullptr));
        if (done) {
            targets_.stands(relay, parts_.runtime.now());
            changed_.open();
            tasks_.spawn(tell_all(session));
            const auto end = co_await watch(session);
            if (end == End::of_age) {
                old = session;
                continue;
            }
            targets_.ended(relay, parts_.runtime.now());
            warn_of_twin(relay);
        } else {
            log_debug("vault", "registration failed: ", done.error().text());
            targets_.failed(relay, parts_.runtime.now());
        }
        changed_.open();
        close(*session);
        const bool go_on = co_await pause(relay);
        if (!go_on) break;
    }
    sessions_.erase(relay);
    kept_.erase(relay);
}

// False when the relay is no target any longer. (One that left the view is not worth trying for ever.)
Task<bool> Registrar::pause(routing::NodeId relay) {
    const auto length = targets_.pause(relay, *rng_);
    if (!length) co_return false;
    const bool slept = co_await routing::sleep_for(parts_.runtime, *length);
    co_return slept&& targets_.wants(relay);
}

void Registrar::warn_of_twin(const routing::NodeId& relay) {
    if (targets_.short_lived(relay) != kShortLivesOfTwin) return;
    log_warning("vault",
                "a registration ends again and again as soon as it stands; is this vault running twice?");
}

Task<Result<>> Registrar::register_once(SessionPtr session) {
    const auto deadline = parts_.runtime.now() + limits::kRegister;
    auto relay = parts_.view.find(session->relay);
    if (!relay) co_return error(Code::unreachable, "the relay is known no longer");
    auto circuit = co_await parts_.paths.build_vault(relay, deadline);
    if (!circuit) co_return circuit.error();
    session->circuit = *circuit;
    (*circuit)->on_stream(parts_.serve);
    auto stream = (*circuit)->open_stream();
    if (!stream) co_return stream.error();
    session->stream = *stream;
    const Registration registration{parts_.identity, parts_.capacity_class, parts_.inventory.digest(),
                                    session->teller.bits()};
    const RegistrationPlace place{session->relay, (*circuit)->endpoint_hash()};
    const auto request = sign_registration(registration, place, parts_.key, parts_.network);
    auto message = encode(Kind::vault_register, request);
    auto sent = co_await (*stream)->send(std::move(message));
    if (!sent) co_return sent;
    auto reply = co_await (*stream)->receive(deadline);
    if (!reply) co_return reply.error();
    auto split = split_kind(std::move(*reply));
    if (!split || split->kind != Kind::answer) co_return error(Code::malformed);
    auto answer = decode<wire::Registered>(split->body);
    if (!answer) co_return answer.error();
    targets_.told_share(session->relay, answer->share());
    co_return session->teller.answered(*answer, parts_.inventory);
}

Task<void> Registrar::tell_all(SessionPtr session) {
    while (!session->is_over()) {
        if (!session->teller.has_more()) {
            const auto wake = co_await session->news.wait(kNever);
            if (wake == routing::Wake::closed) co_return;
            continue;
        }
        const bool at_once = session->teller.in_ranges();
        auto message = encode(Kind::answer, session->teller.next(parts_.inventory));
        auto sent = co_await session->stream->send(std::move(message));
        if (!sent) co_return close(*session);
        if (at_once) continue;
        const bool slept = co_await routing::sleep_for(parts_.runtime, kTellPause);
        if (!slept) co_return;
    }
}

// Until the circuit ends. A hop that died in silence is found by a ping through the whole circuit.
Task<Registrar::End> Registrar::watch(SessionPtr session) {
    auto circuit = session->circuit;
    const auto life = Duration(static_cast<Duration::rep>(
        rng_->between(Duration(kShortestLife).count(), Duration(kLongestLife).count())));
    const auto of_age = parts_.runtime.now() + life;
    while (!circuit->is_closed() && targets_.wants(session->relay)) {
        const auto wake = co_await circuit->ended().wait(parts_.runtime.now() + kPingPeriod);
        if (wake != routing::Wake::timed_out || circuit->is_closed()) break;
        if (parts_.runtime.now() >= of_age) co_return End::of_age;
        auto stream = circuit->open_stream();
        if (!stream) break;
        auto ping = with_kind(Kind::vault_ping, {});
        auto sent = co_await (*stream)->send(std::move(ping), true);
        if (!sent) break;
        auto answer = co_await (*stream)->receive(parts_.runtime.now() + limits::kVaultPing);
        if (!answer) break;
        heard_pong(session->relay, std::move(*answer));
    }
    co_return End::broken;
}

void Registrar::heard_pong(const routing::NodeId& relay, Bytes bytes) {
    auto message = split_kind(std::move(bytes));
    if (!message || message->kind != Kind::answer) return;
    const auto pong = decode<wire::Pong>(message->body);
    if (pong) targets_.told_share(relay, pong->share());
    warn_of_share();
}

void Registrar::warn_of_share() {
    const bool over = parts_.inventory.size() >= targets_.share();
    if (std::exchange(over_share_, over) == over || !over) return;
    log_warning("vault",
                "the vault takes no more blocks: its relays have no room to know of more than these");
}

void Registrar::close(Session& session) {
    if (session.circuit) session.circuit->close();
    session.news.open();
}

}  // namespace catacomb::node
