using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace TrackHub.Platform.Streams;

/// <summary>The client library's own log lines, under ours. They name brokers, topics and partitions, never content.</summary>
internal static partial class ClientLog
{
    public static void Write(ILogger logger, LogMessage message) =>
        Line(logger, message.Level <= SyslogLevel.Warning ? LogLevel.Warning : LogLevel.Debug, message.Facility, message.Message);

    [LoggerMessage(EventId = 2000, Message = "librdkafka {Facility}: {Line}")]
    private static partial void Line(ILogger logger, LogLevel level, string facility, string line);
}
