// Exit: what the last relay of a client's circuit does for it (docs/spec/storage-messages.md 2): one
// request per segment. It looks the positions up, asks several rendezvous at once and a few more when some
// are slow, verifies every block, and streams back. It sees ciphertext and positions, never the client.
// Relays only.
#pragma once

#include "node/protocol/acknowledgement.hpp"
#include "routing/membership/view.hpp"
#include "routing/onion/relay_circuit.hpp"
#include "routing/ring/ring.hpp"
#include "storage/segment/segment.hpp"

namespace catacomb::node {

using routing::CircuitStreamPtr;
using routing::Runtime;
using routing::Task;

class Exit {
public:
    struct Parts {
        Runtime& runtime;
        routing::View& view;
        routing::Ring& ring;
        routing::RpcCaller& caller;
        ProofChecker& proofs;
        routing::NetworkParameters network;
    };
    explicit Exit(Parts parts);

    Task<void> serve_fetch(std::uint64_t circuit, CircuitStreamPtr stream, Bytes request);
    Task<void> serve_store(std::uint64_t circuit, CircuitStreamPtr stream, Bytes request);
    Task<void> serve_have(std::uint64_t circuit, CircuitStreamPtr stream, Bytes request);
    Task<void> drained() { return tasks_.drained(); }

private:
    struct FetchJob;
    struct StoreJob;

    Task<void> fetch_segment(std::shared_ptr<FetchJob> job);
    Task<void> fetch_workers(std::shared_ptr<FetchJob> job);
    Task<void> fetch_worker(std::shared_ptr<FetchJob> job);
    Task<bool> fetch_one(std::shared_ptr<FetchJob> job, unsigned index);

    Result<std::shared_ptr<StoreJob>> begin_store(const wire::ExitStore& request, CircuitStreamPtr stream);
    Task<Result<std::shared_ptr<storage::SegmentBlocks>>> receive_segment(std::shared_ptr<StoreJob> job,
                                                                          wire::ExitStore request);
    Task<void> store_segment(std::shared_ptr<StoreJob> job, std::uint64_t circuit, wire::ExitStore request);
    Task<void> store_worker(std::shared_ptr<StoreJob> job);
    Task<Result<Acknowledged>> store_one(std::shared_ptr<StoreJob> job, unsigned index);

    // The relays to ask for a block, the responsible one first. From the view while it has room for every
    // relay there is, else by a lookup.
    Task<std::vector<routing::DescriptorPtr>> responsible(storage::BlockId block, std::size_t count,
                                                          Time deadline);
    Task<Result<Bytes>> call(routing::DescriptorPtr relay, routing::Method method, Bytes body, Time deadline);

    Parts parts_;
    // Jobs under way, in all and for each circuit. False over a maximum: the client sees its stream reset and
    // goes to another exit.
    struct Jobs {
        std::size_t at_once, per_circuit;
        std::size_t count = 0;
        std::map<std::uint64_t, std::size_t> of_circuit{};

        [[nodiscard]] bool begin(std::uint64_t circuit);
        void end(std::uint64_t circuit);
    };
    Jobs fetches_, stores_;
    routing::TaskSet tasks_;
};

}  // namespace catacomb::node
