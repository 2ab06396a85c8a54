using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Confluent.Kafka;
using Npgsql;
using StackExchange.Redis;
using TrackHub.Schemas;

namespace TrackHub.Platform.Streams;

/// <summary>Tells a lost dependency from a bug.</summary>
public static class Dependencies
{
    /// <summary>Redis answers that mean "not now": loading, disk full, memory full, a replica, a cluster without quorum.</summary>
    private static readonly string[] RedisNotNow = ["LOADING", "MISCONF", "OOM", "READONLY", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "BUSY"];

    private static readonly FrozenSet<ErrorCode> KafkaNotNow =
    [
        ErrorCode.Local_Transport, ErrorCode.Local_AllBrokersDown, ErrorCode.Local_Resolve, ErrorCode.Local_TimedOut, ErrorCode.Local_TimedOutQueue,
        ErrorCode.Local_MsgTimedOut, ErrorCode.Local_QueueFull, ErrorCode.Local_WaitCoord, ErrorCode.Local_WaitCache, ErrorCode.RequestTimedOut,
        ErrorCode.NetworkException, ErrorCode.BrokerNotAvailable, ErrorCode.LeaderNotAvailable, ErrorCode.NotLeaderForPartition,
        ErrorCode.NotEnoughReplicas, ErrorCode.NotEnoughReplicasAfterAppend, ErrorCode.GroupLoadInProgress, ErrorCode.GroupCoordinatorNotAvailable,
        ErrorCode.NotCoordinatorForGroup,
    ];

    /// <summary>True if the exception says that a dependency is away for now.</summary>
    public static bool IsAway(Exception exception) => IsAway(exception, out _);

    /// <summary>True if the exception says that a dependency is away for now, and which one.</summary>
    public static bool IsAway(Exception exception, [NotNullWhen(true)] out string? dependency)
    {
        dependency = exception switch
        {
            DependencyAwayException away => away.Dependency,
            LogUnavailableException => "kafka",
            KafkaException refused => KafkaNotNow.Contains(refused.Error.Code) ? "kafka" : null,
            PostgresException refused => IsNotNow(refused.SqlState) ? "postgres" : null,
            NpgsqlException { IsTransient: true } or NpgsqlException { InnerException: SocketException or IOException or TimeoutException } => "postgres",
            RedisConnectionException => "redis",
            RedisServerException refused => Array.Exists(RedisNotNow, code => refused.Message.StartsWith(code, StringComparison.Ordinal)) ? "redis" : null,

            // The client's version knows no type of its own for a time-out.
            TimeoutException { Source: "StackExchange.Redis" } => "redis",
            HttpRequestException or SchemaRegistryException { IsTemporary: true } => "schema_registry",
            AggregateException { InnerExceptions: [var only] } => IsAway(only, out var inner) ? inner : null,
            _ => null,
        };
        return dependency is not null;
    }

    /// <summary>
    /// Classes of https://www.postgresql.org/docs/15/errcodes-appendix.html that pass: 08 connection, 53 resources (53100 disk full),
    /// 57P operator intervention, 40 serialization and deadlock; 25006, a server that is not the primary; 55P03, a lock not got in time.
    /// </summary>
    private static bool IsNotNow(string sqlState) =>
        sqlState is "25006" or "55P03" || sqlState[..2] is "08" or "53" or "40" || sqlState.StartsWith("57P", StringComparison.Ordinal);
}
