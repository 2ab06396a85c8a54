using System.Net.Sockets;
using System.Reflection;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Npgsql;
using StackExchange.Redis;
using TrackHub.Platform.Streams;

namespace TrackHub.Platform.Tests.Streams;

public sealed class DependenciesTests
{
    public static TheoryData<Exception, string?> Rows => new()
    {
        { new DependencyAwayException("meta", null), "meta: waiting" },
        { new DependencyAwayException("redis", new TimeoutException()), "redis: timed_out" },
        { new DependencyAwayException("redis", Redis<RedisServerException>("OOM command not allowed")), "redis: memory_full" },
        { new LogUnavailableException(LogFault.TimedOut, "late"), "kafka: timed_out" },
        { new LogUnavailableException(LogFault.QueueFull, "full"), "kafka: queue_full" },
        { new KafkaException(new Error(ErrorCode.Local_AllBrokersDown)), "kafka: unreachable" },
        { new KafkaException(new Error(ErrorCode.NotEnoughReplicas)), "kafka: refusing" },
        { new KafkaException(new Error(ErrorCode.TopicAuthorizationFailed)), null },
        { OfGroup(ErrorCode.GroupLoadInProgress), "kafka: refusing" },
        { OfGroup(ErrorCode.GroupAuthorizationFailed), null },
        { OfPartition(ErrorCode.NotLeaderForPartition), "kafka: refusing" },
        { OfPartition(ErrorCode.TopicAuthorizationFailed), null },
        { new KafkaException(new Error(ErrorCode.Local_Fatal, "fenced", isFatal: true)), null },
        { new NpgsqlException("connect", new SocketException()), "postgres: unreachable" },
        { new NpgsqlException("read", new IOException()), "postgres: unreachable" },
        { new NpgsqlException("read", new TimeoutException()), "postgres: timed_out" },
        { Refused("53100"), "postgres: storage_full" },
        { Refused("53200"), "postgres: memory_full" },
        { Refused("53300"), "postgres: too_many_connections" },
        { Refused("53000"), "postgres: refusing" },
        { Refused("57P01"), "postgres: refusing" },
        { Refused("57P02"), "postgres: refusing" },
        { Refused("57P03"), "postgres: starting" },
        { Refused("57014"), "postgres: timed_out" },
        { Refused("58030"), "postgres: storage_failed" },
        { Refused("40P01"), "postgres: contended" },
        { Refused("40001"), "postgres: contended" },
        { Refused("55P03"), "postgres: contended" },
        { Refused("25006"), "postgres: read_only" },
        { Refused("08006"), "postgres: unreachable" },
        { Refused("23505"), null },
        { Refused("42P01"), null },
        { Refused("XX001"), null },
        { Redis<RedisConnectionException>(ConnectionFailureType.UnableToConnect, "away"), "redis: unreachable" },
        { Redis<RedisServerException>("MISCONF Redis cannot persist"), "redis: storage_failed" },
        { Redis<RedisServerException>("MISCONF Errors writing to the AOF file: No space left on device"), "redis: storage_full" },
        { Redis<RedisServerException>("LOADING Redis is loading the dataset in memory"), "redis: starting" },
        { Redis<RedisServerException>("WRONGTYPE Operation"), null },
        { new HttpRequestException("refused"), "schema_registry: unreachable" },
        { new AggregateException(new LogUnavailableException(LogFault.Away, "away")), "kafka: unreachable" },
        { new InvalidOperationException(), null },
        { new TimeoutException(), null },
    };

    // The whole says Local_Partial; what is wrong stands with each group and partition.
    private static ListConsumerGroupOffsetsException OfGroup(ErrorCode code)
    {
        var report = new ListConsumerGroupOffsetsReport();
        typeof(ListConsumerGroupOffsetsReport).GetProperty(nameof(report.Error))!.SetValue(report, new Error(code));
        typeof(ListConsumerGroupOffsetsReport).GetProperty(nameof(report.Partitions))!.SetValue(report, new List<TopicPartitionOffsetError>());
        return new([report]);
    }

    private static ListOffsetsException OfPartition(ErrorCode code) => new(new ListOffsetsReport
    {
        ResultInfos = [new() { TopicPartitionOffsetError = new("topic", 0, Offset.Unset, new Error(code)) }],
    });

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_passes_is_told_from_what_is_a_bug(Exception exception, string? told)
    {
        var absence = Dependencies.AbsenceOf(exception);

        (absence is { } known ? $"{known.Dependency}: {known.Reason}" : null).ShouldBe(told);
        Dependencies.IsAway(exception).ShouldBe(told is not null);
    }

    // The client makes its exceptions itself only.
    private static T Redis<T>(params object[] arguments)
        where T : Exception =>
        (T)Activator.CreateInstance(typeof(T), BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, binder: null, arguments, culture: null)!;

    private static PostgresException Refused(string sqlState) => new("message", "ERROR", "ERROR", sqlState);
}
