using System.Net.Sockets;
using System.Reflection;
using Confluent.Kafka;
using Npgsql;
using StackExchange.Redis;
using TrackHub.Platform.Streams;

namespace TrackHub.Platform.Tests.Streams;

public sealed class DependenciesTests
{
    public static TheoryData<Exception, string?> Rows => new()
    {
        { new DependencyAwayException("meta", null), "meta" },
        { new LogUnavailableException(LogFault.TimedOut, "late"), "kafka" },
        { new KafkaException(new Error(ErrorCode.Local_AllBrokersDown)), "kafka" },
        { new KafkaException(new Error(ErrorCode.NotEnoughReplicas)), "kafka" },
        { new KafkaException(new Error(ErrorCode.TopicAuthorizationFailed)), null },
        { new KafkaException(new Error(ErrorCode.Local_Fatal, "fenced", isFatal: true)), null },
        { new NpgsqlException("connect", new SocketException()), "postgres" },
        { new NpgsqlException("read", new TimeoutException()), "postgres" },
        { Refused("53100"), "postgres" },
        { Refused("57P01"), "postgres" },
        { Refused("40P01"), "postgres" },
        { Refused("23505"), null },
        { Refused("42P01"), null },
        { Redis<RedisConnectionException>(ConnectionFailureType.UnableToConnect, "away"), "redis" },
        { Redis<RedisServerException>("MISCONF Redis cannot persist"), "redis" },
        { Redis<RedisServerException>("WRONGTYPE Operation"), null },
        { new HttpRequestException("refused"), "schema_registry" },
        { new AggregateException(new LogUnavailableException(LogFault.Away, "away")), "kafka" },
        { new InvalidOperationException(), null },
        { new TimeoutException(), null },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_passes_is_told_from_what_is_a_bug(Exception exception, string? dependency)
    {
        Dependencies.IsAway(exception, out var told).ShouldBe(dependency is not null);
        told.ShouldBe(dependency);
    }

    // The client makes its exceptions itself only.
    private static T Redis<T>(params object[] arguments)
        where T : Exception =>
        (T)Activator.CreateInstance(typeof(T), BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public, binder: null, arguments, culture: null)!;

    private static PostgresException Refused(string sqlState) => new("message", "ERROR", "ERROR", sqlState);
}
