using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Npgsql;
using StackExchange.Redis;
using TrackHub.Schemas;

namespace TrackHub.Platform.Streams;

/// <summary>A dependency that does not serve for now, and why.</summary>
/// <param name="Dependency">postgres, redis, kafka, schema_registry, directory …</param>
/// <param name="Reason">One word, as readiness tells it: unreachable, timed_out, storage_full, memory_full, starting, read_only …</param>
public readonly record struct Absence(string Dependency, string Reason);

/// <summary>Tells a lost dependency from a bug: the one place that reads the answers of PostgreSQL, Redis and Kafka for that.</summary>
public static class Dependencies
{
    private const string Postgres = "postgres";
    private const string Redis = "redis";
    private const string Kafka = "kafka";
    private const string Unreachable = "unreachable";
    private const string TimedOut = "timed_out";
    private const string StorageFull = "storage_full";
    private const string MemoryFull = "memory_full";
    private const string Starting = "starting";
    private const string ReadOnly = "read_only";

    private static readonly FrozenSet<ErrorCode> KafkaNotNow =
    [
        ErrorCode.Local_Transport, ErrorCode.Local_AllBrokersDown, ErrorCode.Local_Resolve, ErrorCode.Local_TimedOut, ErrorCode.Local_TimedOutQueue,
        ErrorCode.Local_MsgTimedOut, ErrorCode.Local_QueueFull, ErrorCode.Local_WaitCoord, ErrorCode.Local_WaitCache, ErrorCode.RequestTimedOut,
        ErrorCode.NetworkException, ErrorCode.BrokerNotAvailable, ErrorCode.LeaderNotAvailable, ErrorCode.NotLeaderForPartition,
        ErrorCode.NotEnoughReplicas, ErrorCode.NotEnoughReplicasAfterAppend, ErrorCode.GroupLoadInProgress, ErrorCode.GroupCoordinatorNotAvailable,
        ErrorCode.NotCoordinatorForGroup,
    ];

    /// <summary>True if the exception says that a dependency is away for now.</summary>
    public static bool IsAway(Exception exception) => AbsenceOf(exception) is not null;

    /// <summary>True if the exception says that a dependency is away for now, and which one.</summary>
    public static bool IsAway(Exception exception, [NotNullWhen(true)] out string? dependency)
    {
        dependency = AbsenceOf(exception)?.Dependency;
        return dependency is not null;
    }

    /// <summary>Which dependency is away for now, and why; null if the exception says anything else: a bug, or a wrong configuration.</summary>
    public static Absence? AbsenceOf(Exception exception) => exception switch
    {
        DependencyAwayException away => new(away.Dependency, ReasonOf(away)),
        LogUnavailableException refused => new(Kafka, refused.Reason switch { LogFault.QueueFull => "queue_full", LogFault.TimedOut => TimedOut, _ => Unreachable }),

        // The whole says only that not everything was answered.
        ListConsumerGroupOffsetsException { Results: var groups } => FirstOf(groups.SelectMany(static group => group.Partitions.Select(static p => p.Error).Prepend(group.Error))),
        ListOffsetsException { Result.ResultInfos: var places } => FirstOf(places.Select(static place => place.TopicPartitionOffsetError.Error)),
        KafkaException refused => KafkaNotNow.Contains(refused.Error.Code) ? new(Kafka, refused.Error.IsLocalError ? Unreachable : "refusing") : null,
        PostgresException refused => ReasonOfSqlState(refused.SqlState) is { } reason ? new(Postgres, reason) : null,
        NpgsqlException { InnerException: TimeoutException } => new(Postgres, TimedOut),
        NpgsqlException { IsTransient: true } or NpgsqlException { InnerException: SocketException or IOException } => new(Postgres, Unreachable),
        RedisConnectionException => new(Redis, Unreachable),
        RedisServerException refused => ReasonOfRedis(refused.Message) is { } reason ? new(Redis, reason) : null,

        // The client's version knows no type of its own for a time-out.
        TimeoutException { Source: "StackExchange.Redis" } => new(Redis, TimedOut),
        HttpRequestException or SchemaRegistryException { IsTemporary: true } => new("schema_registry", Unreachable),
        AggregateException { InnerExceptions: [var only] } => AbsenceOf(only),
        _ => null,
    };

    private static Absence? FirstOf(IEnumerable<Error> errors) =>
        errors.Where(static error => error.IsError).Select(static error => AbsenceOf(new KafkaException(error))).FirstOrDefault(static absence => absence is not null);

    private static string ReasonOf(DependencyAwayException away) => away.InnerException switch
    {
        null => "waiting",
        TimeoutException => TimedOut,
        var inner => AbsenceOf(inner)?.Reason ?? "waiting",
    };

    /// <summary>
    /// States of https://www.postgresql.org/docs/15/errcodes-appendix.html that pass: classes 08 connection, 53 resources, 57 operator
    /// intervention (57014: the server's statement limit; our own cancellations come as another exception), 40 serialization and deadlock;
    /// 25006, a server that is not the primary; 55P03, a lock not got in time; 58030, a disk that fails.
    /// </summary>
    private static string? ReasonOfSqlState(string sqlState) => sqlState switch
    {
        "53100" => StorageFull,
        "53200" => MemoryFull,
        "53300" => "too_many_connections",
        "57P03" => Starting,
        "57014" => TimedOut,
        "25006" => ReadOnly,
        "55P03" => "contended",
        "58030" => "storage_failed",
        _ => sqlState[..2] switch
        {
            "40" => "contended",
            "08" => Unreachable,
            "53" or "57" => "refusing",
            _ => null,
        },
    };

    /// <summary>Error prefixes of Redis that mean "not now" to every command, not "wrong command".</summary>
    private static string? ReasonOfRedis(string message) => message.Split(' ', 2)[0] switch
    {
        "MISCONF" => message.Contains("No space left", StringComparison.Ordinal) ? StorageFull : "storage_failed",
        "OOM" => MemoryFull,
        "LOADING" => Starting,
        "READONLY" => ReadOnly,
        "CLUSTERDOWN" or "MASTERDOWN" or "TRYAGAIN" or "NOREPLICAS" or "BUSY" => "refusing",
        _ => null,
    };
}
