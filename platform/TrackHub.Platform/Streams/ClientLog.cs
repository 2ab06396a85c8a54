using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace TrackHub.Platform.Streams;

/// <summary>The client library's own log lines, under ours. They name brokers, topics and partitions, never content.</summary>
internal static partial class ClientLog
{
    public static void Write(ILogger logger, LogMessage message) => Write(logger, message.Level, message.Facility, message.Message);

    public static void Write(ILogger logger, SyslogLevel level, string facility, string line) =>
        Line(logger, level <= SyslogLevel.Warning ? LogLevel.Warning : LogLevel.Debug, facility, line);

    [LoggerMessage(EventId = 2000, Message = "librdkafka {Facility}: {Line}")]
    private static partial void Line(ILogger logger, LogLevel level, string facility, string line);
}
