// OriginCircuit: a circuit that this node built for itself (docs/spec/onion.md 2, 5): telescoped hop by hop,
// each hop's handshake Noise NK to its onion key. Conversations run with the last hop. Held by whoever uses
// it; Circuits also knows it.
#pragma once

#include "routing/onion/circuits.hpp"
#include "routing/onion/keys.hpp"
#include "routing/onion/origin_layers.hpp"

namespace catacomb::routing {

class OriginCircuit final : public std::enable_shared_from_this<OriginCircuit>,
                            private ChannelUser,
                            private CellPort {
public:
    using Path = std::vector<std::shared_ptr<const Descriptor>>;

    OriginCircuit(Circuits& circuits, std::uint64_t number, Path path);
    ~OriginCircuit() override;

    // Once. Afterwards hops() == path().size().
    Task<Result<>> build(Time deadline);

    std::uint64_t number() const { return number_; }
    const Path& path() const { return path_; }
    const Descriptor& endpoint() const { return *path_.back(); }
    std::size_t hops() const { return layers_.hops(); }
    bool is_closed() const { return closed_; }
    void close();
    // The last hop's handshake hash: binds what is said to that hop to this circuit.
    const ByteArray<64>& endpoint_hash() const { return endpoint_hash_; }

    Result<CircuitStreamPtr> open_stream();
    // Streams that the last hop opens (a rendezvous that asks its vault).
    void on_stream(std::function<void(CircuitStreamPtr)> handler) { streams_.on_opened(std::move(handler)); }
    // Opened when the circuit ends.
    Gate& ended() { return ended_; }

private:
    void on_cell(Channel& channel, MutableBytes cell) override;
    void on_created(Channel& channel, ByteView handshake) override;
    void on_cell_left(Channel& channel, bool relayed) override;
    void on_channel_dead(Channel& channel) override;

    bool writable() const override;
    void send_part(std::uint32_t stream, PartKind kind, std::uint8_t flags, ByteView data) override;
    std::size_t part_capacity() const override { return kForwardPartData; }
    void end_circuit() override { close(); }

    Task<Result<>> create_first(Time deadline);
    Task<Result<>> extend(std::shared_ptr<const Descriptor> target, Time deadline);
    Result<> take_hop(HopHandshake& handshake, ByteView answer);
    HopHandshake handshake_with(const Descriptor& target);

    Circuits& circuits_;
    std::uint64_t number_;
    Path path_;
    OriginLayers layers_;
    std::unique_ptr<Rng> rng_;
    ByteArray<64> endpoint_hash_{};
    std::unique_ptr<Channel> channel_;
    Streams streams_;
    std::shared_ptr<Promise<Bytes>> answer_;  // CREATED or EXTENDED that we wait for
    Gate ended_;
    bool closed_ = false;
};

}  // namespace catacomb::routing
