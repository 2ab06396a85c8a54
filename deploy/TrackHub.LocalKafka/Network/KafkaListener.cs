using TrackHub.LocalKafka.Access;
using TrackHub.LocalKafka.Api;

namespace TrackHub.LocalKafka.Network;

/// <summary>What the connections of one address have in common.</summary>
/// <param name="Apis">What they may ask for.</param>
/// <param name="Broker">How the broker is reached from there.</param>
/// <param name="MaxRequestBytes">Largest request.</param>
/// <param name="MaxConnections">Most connections at once.</param>
/// <param name="MaxIdle">How long one may move no byte.</param>
/// <param name="Door">What they pass first; null where everybody is let in.</param>
internal sealed record KafkaListener(
    ApiTable Apis, BrokerIdentity Broker, int MaxRequestBytes, int MaxConnections, TimeSpan MaxIdle, NetworkDoor? Door = null);
