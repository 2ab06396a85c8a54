using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace TrackHub.Platform.Streams;

/// <summary>What a consumer's poll thread tells.</summary>
internal static partial class ConsumerLog
{
    [LoggerMessage(2001, LogLevel.Information, "Group {Group} was assigned {Count} partitions: {Partitions}")]
    public static partial void Assigned(ILogger logger, string group, int count, string partitions);

    [LoggerMessage(2002, LogLevel.Information, "Group {Group} gave up {Count} partitions")]
    public static partial void Revoked(ILogger logger, string group, int count);

    [LoggerMessage(2003, LogLevel.Warning, "Group {Group}: {Code}: {Reason}")]
    public static partial void ClientError(ILogger logger, string group, ErrorCode code, string reason);

    [LoggerMessage(2004, LogLevel.Critical, "Group {Group} cannot go on")]
    public static partial void Failed(ILogger logger, string group, Exception failure);

    [LoggerMessage(2005, LogLevel.Warning, "Group {Group} waits for {Dependency} to tell where its {Count} partitions go on")]
    public static partial void StartWaits(ILogger logger, string group, int count, string dependency);

    [LoggerMessage(2006, LogLevel.Critical,
        "The offset of group {Group} in {Partition} is not in the log any more ({Reason}): records were lost, or the topic was made anew. "
        + "Remedy: check the topic, then set the offset with 'trackhub groups reset'")]
    public static partial void OffsetLost(ILogger logger, string group, string partition, string reason);

    [LoggerMessage(2007, LogLevel.Warning, "Group {Group} could not be left within {Seconds} s: what was not committed is read again, by whoever is given its partitions")]
    public static partial void NotClosed(ILogger logger, string group, double seconds);
}
