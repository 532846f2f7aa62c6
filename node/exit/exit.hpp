// Exit: what the last relay of a client's circuit does for it (docs/spec/storage-messages.md 2): one request
// per segment, or for many to renew. It takes on as much work as fits its memory; each operation has a file
// of its own, and all of them go by the one scheduler (gather). An exit sees ciphertext and positions, never
// the client. Relays only.
#pragma once

#include "node/exit/admission.hpp"
#include "node/exit/tools.hpp"

namespace catacomb::node {

class Exit {
public:
    struct Parts {
        Runtime& runtime;
        routing::View& view;
        routing::Ring& ring;
        routing::RpcCaller& caller;
        ProofChecker& proofs;
        std::size_t transit;  // bytes that the node lends to all that passes through it
        std::size_t memory = limits::kExitMemory;
    };
    explicit Exit(Parts parts);

    // A request that came on `circuit`, with a message of one of the kinds exit_…; returns when it is over.
    Task<void> serve(Kind kind, std::uint64_t circuit, CircuitStreamPtr stream, Bytes request);
    static bool serves(Kind kind) {
        return kind == Kind::exit_fetch || kind == Kind::exit_store || kind == Kind::exit_have ||
               kind == Kind::exit_renew;
    }
    Task<void> drained() { return errands_.drained(); }
    // Bytes that the requests under way may take.
    std::size_t held() const { return admission_.held(); }

private:
    template <class Request>
    using Operation = Task<void> (*)(ExitTools&, Request, CircuitStreamPtr);
    template <class Request>
    Task<void> admit(Operation<Request> operation, std::size_t per_circuit, std::uint64_t circuit,
                     CircuitStreamPtr stream, Bytes message);

    Runtime& runtime_;
    Relays relays_;
    Errands errands_;
    ExitTools tools_;
    Admission admission_;
};

}  // namespace catacomb::node
