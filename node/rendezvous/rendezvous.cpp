#include "node/rendezvous/rendezvous.hpp"

#include "node/protocol/limits.hpp"

namespace catacomb::node {

// Exits ask, and every exit is a relay: whoever shows no descriptor is refused.
Rendezvous::Rendezvous(Parts parts)
    : parts_(std::move(parts)),
      sessions_(parts_.runtime, parts_.view, parts_.self, parts_.limits),
      store_({parts_.runtime, parts_.view, parts_.proofs, parts_.network, parts_.self, sessions_}),
      fetch_(parts_.runtime, sessions_),
      renew_({parts_.runtime, parts_.proofs, parts_.network, parts_.self, sessions_}) {
    using routing::Method;
    const auto serve = [this](Method method, auto answer) {
        parts_.server.serve(method, [answer](routing::RpcPeer from, Bytes body) -> Task<Result<Bytes>> {
            return from.relay ? answer(std::move(from), std::move(body)) : refuse();
        });
    };
    serve(Method::store,
          [this](auto from, Bytes body) { return store_.serve(std::move(from), std::move(body)); });
    serve(Method::fetch,
          [this](auto from, Bytes body) { return fetch_.serve_fetch(std::move(from), std::move(body)); });
    serve(Method::have, [this](auto, Bytes body) { return fetch_.serve_have(std::move(body)); });
    serve(Method::renew,
          [this](auto from, Bytes body) { return renew_.serve(std::move(from), std::move(body)); });
}

Task<Result<Bytes>> Rendezvous::refuse() { co_return error(Code::refused); }

Task<void> Rendezvous::drained() {
    co_await fetch_.drained();
    co_await renew_.drained();
}

Task<void> Rendezvous::serve_registration(CircuitPtr circuit, CircuitStreamPtr stream, Bytes body) {
    // It may have ended between its first message and this turn; nobody would tell us again.
    if (circuit->is_closed()) co_return;
    auto request = decode<wire::Register>(body);
    if (!request || sessions_.knows(circuit->number())) co_return circuit->close();
    const auto bits = request->inventory_bits();
    auto answer = co_await enter(circuit, std::move(*request));
    if (!answer) co_return circuit->close();
    auto message = encode(Kind::answer, *answer);
    auto sent = co_await stream->send(std::move(message));
    if (sent) co_await take_inventory(circuit->number(), stream, bits);
    circuit->close();
}

Task<Result<wire::Registered>> Rendezvous::enter(CircuitPtr circuit, wire::Register request) {
    const RegistrationPlace place{parts_.self, circuit->handshake_hash()};
    const auto from = circuit->source();
    auto registration = co_await check_registration(parts_.proofs, from, request, place, parts_.network);
    if (!registration) co_return registration.error();
    // Another registration may have come by the same circuit meanwhile.
    const auto session = circuit->number();
    if (circuit->is_closed() || sessions_.knows(session)) co_return error(Code::refused);
    const auto& vault = registration->vault;
    if (!sessions_.is_on_our_arc(vault.id())) co_return error(Code::refused);
    const routing::RegisteredVault entering{vault.id(), vault.key, registration->capacity_class, session};
    if (auto begun = sessions_.begin(circuit, entering); !begun) co_return begun.error();
    auto answer = registered_answer(*sessions_.registry().inventory(session), request);
    answer.set_share(sessions_.registry().share());
    co_return answer;
}

// Until the circuit ends: first the ranges in which we differ, then what comes and goes.
Task<void> Rendezvous::take_inventory(std::uint64_t session, CircuitStreamPtr stream, unsigned bits) {
    sessions_.told().open();
    for (;;) {
        auto bytes = co_await stream->receive(kNever);
        if (!bytes || bytes->size() > limits::kInventoryMessage) co_return;
        auto message = split_kind(std::move(*bytes));
        if (!message || message->kind != Kind::answer) co_return;
        auto inventory = decode<wire::Inventory>(message->body);
        if (!inventory) co_return;
        auto update = read_inventory(*inventory, bits);
        if (!update) co_return;
        const bool goes_on = co_await sessions_.update(session, std::move(*update));
        if (!goes_on) co_return;
    }
}

// Whoever is registered hears what his share has become; others hear that the circuit stands.
Bytes Rendezvous::pong(std::uint64_t circuit) const {
    wire::Pong out;
    if (sessions_.knows(circuit)) out.set_share(sessions_.registry().share());
    return encode(Kind::answer, out);
}

}  // namespace catacomb::node
