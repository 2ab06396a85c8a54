using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Api;
using TrackHub.LocalKafka.Groups;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Network;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Wire;

/// <summary>Any bytes as a request: answered, or refused as malformed; never a crash, a hang or memory out of proportion.</summary>
public sealed class RequestFuzzTests : IDisposable
{
    private const long AllocationLimit = 32 * 1024 * 1024;

    private readonly string _directory = Directory.CreateTempSubdirectory("fuzz-").FullName;
    private readonly BrokerMetrics _metrics = new();
    private readonly TopicStore _topics;
    private readonly GroupStore _store;
    private readonly GroupCoordinator _groups;
    private readonly ApiTable _apis;
    private readonly List<byte[]> _requests;

    public RequestFuzzTests()
    {
        var options = new LocalKafkaOptions { DataDirectory = _directory, MaxPartitionsPerTopic = 4 };
        _topics = new TopicStore(_directory, TimeProvider.System, NullLogger.Instance);
        _topics.Create("topic", 2, []);
        _store = new GroupStore(Path.Combine(_directory, "groups.journal"), NullLogger.Instance);
        _groups = new GroupCoordinator(_store, options, TimeProvider.System);
        _apis = BrokerApis.Build(_topics, _groups, new BrokerIdentity("cluster", "127.0.0.1", 1), options, _metrics);
        _requests = Requests().ToList();
    }

    public void Dispose()
    {
        _groups.Dispose();
        _store.Dispose();
        _topics.Dispose();
        _metrics.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Random_bytes_behind_any_header_are_answered_or_refused()
    {
        var requests =
            from key in Gen.Choose(0, 61)
            from version in Gen.Choose(0, 13)
            from body in Gen.Choose(0, 255).Select(static value => (byte)value).ArrayOf()
            select (byte[])[0, (byte)key, 0, (byte)version, 0, 0, 0, 1, 0xff, 0xff, .. body];

        Prop.ForAll(requests.ToArbitrary(), ShouldBeAnsweredOrRefused).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void Real_requests_with_flipped_bits_or_cut_short_are_answered_or_refused()
    {
        var requests =
            from request in Gen.Elements(_requests.ToArray())
            from flips in Gen.Choose(0, (request.Length * 8) - 1).ArrayOf(3)
            from length in Gen.Choose(8, request.Length * 2)
            select Mutate(request, flips, length);

        Prop.ForAll(requests.ToArbitrary(), ShouldBeAnsweredOrRefused).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Fact]
    public async Task The_requests_that_are_mutated_are_sound_in_every_version()
    {
        foreach (var request in _requests)
            (await AnswerAsync(request)).ShouldBeTrue($"key {request[1]}, version {request[3]}");
    }

    private static byte[] Mutate(byte[] request, int[] flips, int length)
    {
        var mutated = request.ToArray();
        foreach (var flip in flips.Where(static flip => flip >= 32))   // key and version stay
            mutated[flip / 8] ^= (byte)(1 << (flip % 8));
        return mutated[..Math.Min(length, mutated.Length)];
    }

    private void ShouldBeAnsweredOrRefused(byte[] request)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        AnswerAsync(request).WaitAsync(TimeSpan.FromSeconds(20)).GetAwaiter().GetResult();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(AllocationLimit);
    }

    /// <summary>True if answered or waiting as it asked to, false if refused as malformed; anything else throws.</summary>
    private async Task<bool> AnswerAsync(byte[] bytes)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        using var response = new WireWriter();
        var request = new KafkaRequest("peer");
        request.Reader.Reset(bytes.ToArray());
        try
        {
            await _apis.AnswerAsync(request, response, patience.Token);
            return true;
        }
        catch (MalformedRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return true;
        }
    }

    /// <summary>
    /// A full request for the APIs with the richest bodies, and for every version of every API a minimal one, grown byte by byte until its
    /// reader has enough.
    /// </summary>
    private IEnumerable<byte[]> Requests()
    {
        foreach (var (key, min, max, flexibleFrom) in _apis.Ranges)
        {
            if (RealRequests.Bodies.TryGetValue(key, out var body))
                yield return RawClient.Frame(key, body.Version, body.Version >= flexibleFrom, body.Write)[4..];

            for (var version = min; version <= max; version++)
                yield return Grow(key, version, version >= flexibleFrom);
        }
    }

    private byte[] Grow(ApiKey key, short version, bool flexible)
    {
        // Zeros are empty strings, arrays and counts in classic versions; ones are so in flexible ones.
        for (var length = 0; length < 64; length++)
        {
            var frame = RawClient.Frame(key, version, flexible, writer =>
            {
                for (var i = 0; i < length; i++)
                    writer.Bool(flexible);
            })[4..];
            if (AnswerAsync(frame).GetAwaiter().GetResult())
                return frame;
        }

        throw new InvalidOperationException($"no body found for {key} {version}");
    }
}
