using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using TrackHub.LocalKafka.Storage;

namespace TrackHub.LocalKafka.Hosting;

/// <summary>The machine's disk, its flushes timed: where answers wait for them, they are most of the wait.</summary>
internal sealed class MeasuredDisk(BrokerMetrics metrics) : Disk
{
    public override void Flush(SafeFileHandle file)
    {
        var started = Stopwatch.GetTimestamp();
        base.Flush(file);
        metrics.Flushed(Stopwatch.GetElapsedTime(started));
    }
}
