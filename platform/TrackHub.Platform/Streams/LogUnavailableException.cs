namespace TrackHub.Platform.Streams;

/// <summary>Why a record could not be made durable.</summary>
public enum LogFault
{
    /// <summary>The bounded local queue is full.</summary>
    QueueFull,

    /// <summary>No acknowledgement within the message timeout. The record may be in the log all the same.</summary>
    TimedOut,

    /// <summary>The broker is away or refused the record. The record may be in the log all the same.</summary>
    Away,
}

/// <summary>The log did not acknowledge a record.</summary>
public sealed class LogUnavailableException(LogFault reason, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Why.</summary>
    public LogFault Reason { get; } = reason;
}
