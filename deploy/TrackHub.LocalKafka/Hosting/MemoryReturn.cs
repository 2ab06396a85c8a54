using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using TrackHub.LocalKafka.Network;

namespace TrackHub.LocalKafka.Hosting;

/// <summary>
/// Gives the memory of a start or a load back to the system once it is over: pooled buffers, garbage, what the compiler has freed, pages of program
/// files. Left to themselves runtime and C library keep all of it for the next load, which gets it anew in milliseconds.
/// </summary>
internal sealed partial class MemoryReturn : IDisposable
{
    /// <summary>Time between looks; a broker that worked less than <see cref="RestBytes"/> in it is at rest.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>Some thousand requests without records: more would feel the 10 ms that giving back takes.</summary>
    public const long RestBytes = 1024 * 1024;

    /// <summary>Less than this since the last time is not worth it.</summary>
    public const long WorthBytes = 4 * 1024 * 1024;

    /// <summary>Shared pools and <see cref="ProgramPages"/> give up at the second time what they found unused at the first.</summary>
    public const int Times = 2;

    private readonly Func<long> _work;
    private readonly Action _giveBack;
    private readonly ITimer _timer;
    private long _atLastLook;
    private long _atLastReturn;
    private int _owed;

    /// <summary>Starts to look.</summary>
    /// <param name="work">Bytes that the broker has allocated, taken and given so far.</param>
    /// <param name="giveBack">Called at rest, <see cref="Times"/> after each load.</param>
    /// <param name="clock">Says when to look.</param>
    public MemoryReturn(Func<long> work, Action giveBack, TimeProvider clock)
    {
        (_work, _giveBack) = (work, giveBack);
        _timer = clock.CreateTimer(static memory => ((MemoryReturn)memory!).Look(), this, Interval, Interval);
    }

    /// <summary>Watches this process.</summary>
    public static MemoryReturn OfProcess(BrokerMetrics metrics, TimeProvider clock, ILogger logger)
    {
        var pages = new ProgramPages();
        return new(() => GC.GetTotalAllocatedBytes() + metrics.MovedBytes, () => GiveBack(pages, logger), clock);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>Compares with the last look, and gives back if it is time.</summary>
    internal void Look()
    {
        var work = _work();
        var isAtRest = work - _atLastLook < RestBytes;
        if (work - _atLastReturn >= WorthBytes)
            _owed = Times;
        if (isAtRest && _owed > 0)
        {
            _owed--;
            _giveBack();
            work = _atLastReturn = _work();
        }

        _atLastLook = work;
    }

    private static void GiveBack(ProgramPages pages, ILogger logger)
    {
        var before = Environment.WorkingSet;
        FrameBuffer.ForgetPooled();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            _ = Native.Trim(keptAtTop: 0);   // whether there was anything to give back
        }
        catch (EntryPointNotFoundException)
        {
            // Not glibc: other libraries keep little.
        }

        pages.Release();
        Log.Returned(logger, before / 1024, Environment.WorkingSet / 1024);
    }

    private static class Native
    {
        /// <summary>malloc_trim(3) of glibc, which otherwise keeps what compiler and runtime have freed.</summary>
        [DllImport("libc", EntryPoint = "malloc_trim", SetLastError = false)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Trim(nuint keptAtTop);
    }

    private static partial class Log
    {
        [LoggerMessage(35, LogLevel.Debug, "At rest: resident memory was {Before} KiB and is {After} KiB")]
        public static partial void Returned(ILogger logger, long before, long after);
    }
}
