using FsCheck;
using FsCheck.Fluent;
using TrackHub.LocalKafka.Wire;
using TrackHub.LocalKafka.Wire.Messages;

namespace TrackHub.LocalKafka.Tests.Wire;

/// <summary>Any bytes as a request: answered, or refused as malformed; never a crash, a hang or memory out of proportion.</summary>
public sealed class RequestFuzzTests : IDisposable
{
    /// <summary>What answering may allocate whatever is asked: descriptions of the topic and its settings, segments and their index.</summary>
    private const long FixedBytes = 4 * 1024 * 1024;

    private const long BytesPerByte = 200;

    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(20);

    private readonly TestApis _apis = new();

    public void Dispose() => _apis.Dispose();

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
    public void Requests_of_every_kind_and_version_with_flipped_bits_or_cut_short_are_answered_or_refused()
    {
        var requests =
            from request in Sound()
            from flips in Gen.Choose(0, (request.Length * 8) - 1).ArrayOf(3)
            from length in Gen.Choose(8, request.Length * 2)
            select Mutate(request, flips, length);

        Prop.ForAll(requests.ToArbitrary(), ShouldBeAnsweredOrRefused).Check(Config.QuickThrowOnFailure.WithMaxTest(6000));
    }

    [Fact]
    public void Real_requests_with_flipped_bits_or_cut_short_are_answered_or_refused()
    {
        var requests =
            from request in Gen.Elements(RealRequest.All.Select(static real => real.Bytes).ToArray())
            from flips in Gen.Choose(0, (request.Length * 8) - 1).ArrayOf(3)
            from length in Gen.Choose(8, request.Length * 2)
            select Mutate(request, flips, length);

        Prop.ForAll(requests.ToArbitrary(), ShouldBeAnsweredOrRefused).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public async Task Blank_requests_are_answered_in_every_version()
    {
        foreach (var (table, version) in MessageTable.Versions)
            await Should.NotThrowAsync(() => _apis.AnswerAsync(Frame(table, version, table.NewRequest())), $"{table} {version}");
    }

    /// <summary>Requests of every version with random fields, which now and then name what exists.</summary>
    private static Gen<byte[]> Sound() =>
        from pair in Gen.Elements(MessageTable.Versions.ToArray())
        from seed in Gen.Choose(0, int.MaxValue)
        select Frame(pair.Table, pair.Version, pair.Table.Fill(pair.Table.NewRequest(), pair.Version, seed));

    private static byte[] Frame(MessageTable table, short version, IWireMessage body) => RawClient.Frame(
        table.Range, new RequestHeader { Key = (short)table.Range.Key, Version = version, ClientId = "fuzz" }, body)[4..];

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
        try
        {
            _apis.AnswerAsync(request).WaitAsync(Hang).GetAwaiter().GetResult();
        }
        catch (MalformedRequestException)
        {
            // Refused is as good as answered.
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(FixedBytes + (BytesPerByte * request.Length));
    }
}
