using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Storage;

/// <summary>What an append came to.</summary>
/// <param name="Error">None, or why nothing was written.</param>
/// <param name="BaseOffset">Offset of the first record, also of a duplicate's first copy; -1 on error.</param>
/// <param name="LogAppendTime">Unix milliseconds under LogAppendTime, else -1.</param>
internal readonly record struct AppendResult(ErrorCode Error, long BaseOffset, long LogAppendTime)
{
    public static AppendResult Refused(ErrorCode error) => new(error, -1, -1);
}
