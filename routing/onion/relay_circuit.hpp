// RelayCircuit: one circuit that somebody else built through this relay. It peels forward cells and passes
// them on, lays its layer on backward ones, extends the circuit by one hop when asked, and is the endpoint of
// what is addressed to it. It knows its two neighbours and nothing else. Owned by Circuits; handlers of its
// streams may hold it longer.
#pragma once

#include "routing/onion/circuits.hpp"
#include "routing/onion/geometry.hpp"
#include "routing/onion/keys.hpp"
#include "routing/onion/relay_layers.hpp"

namespace catacomb::routing {

class RelayCircuit final : public std::enable_shared_from_this<RelayCircuit>,
                           private ChannelUser,
                           private CellPort {
public:
    RelayCircuit(Circuits& circuits, std::uint64_t number, std::shared_ptr<Link> previous,
                 std::uint32_t channel, const HopSecrets& secrets);
    ~RelayCircuit() override;

    // Local number, unique in this run of the node.
    std::uint64_t number() const { return number_; }
    Channel& previous() { return *previous_; }
    // Binds what is said on this circuit to it (Register, docs/spec/storage-messages.md 4).
    const ByteArray<64>& handshake_hash() const { return handshake_hash_; }
    // Against whom it counts when work that is shown by this circuit does not hold: whoever is at the other
    // end of its link.
    const ProofSource& source() const { return source_; }
    bool is_closed() const { return closed_; }
    // Ends it in both directions. Idempotent.
    void close();
    // A conversation with the circuit's origin.
    Result<CircuitStreamPtr> open_stream() { return streams_.open(); }
    // Called once when the circuit ends; one listener (the registry, while a vault is registered by this
    // circuit).
    std::function<void()> on_closed;

private:
    void on_cell(Channel& channel, MutableBytes cell) override;
    void on_created(Channel& channel, ByteView handshake) override;
    void on_cell_left(Channel& channel, bool relayed) override;
    void on_channel_dead(Channel& channel) override;

    bool writable() const override;
    void send_part(std::uint32_t stream, PartKind kind, std::uint8_t flags, ByteView data) override;
    std::size_t part_capacity() const override { return kBackwardPartData; }
    void end_circuit() override { close(); }

    void on_forward(MutableBytes cell);
    void on_part(const PartView& part);
    Task<void> tell_closed(std::shared_ptr<RelayCircuit> self);
    Task<void> extend(std::shared_ptr<RelayCircuit> self, Bytes request);
    Task<Result<Bytes>> extend_to(Bytes request);

    Circuits& circuits_;
    std::uint64_t number_;
    RelayLayers layers_;
    ByteArray<64> handshake_hash_;
    ProofSource source_;
    std::unique_ptr<Channel> previous_, next_;
    Streams streams_;
    std::shared_ptr<Promise<Bytes>> created_;  // waits for the next hop's CREATED
    bool extending_ = false;
    bool closed_ = false;
};

}  // namespace catacomb::routing
