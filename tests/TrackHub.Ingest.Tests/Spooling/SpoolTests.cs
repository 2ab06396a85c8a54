using System.Buffers;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TrackHub.Ingest.Listening;
using TrackHub.Ingest.Spooling;
using TrackHub.Platform.Identity;

namespace TrackHub.Ingest.Tests.Spooling;

public sealed class SpoolTests : IDisposable
{
    private readonly World _world = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trackhub-spool-");

    [Fact]
    public async Task What_was_appended_is_there_after_a_restart_in_its_order()
    {
        await using (var spool = Open())
        {
            foreach (var key in new[] { "a", "b", "c" })
                (await spool.AppendAsync([Entry(key)])).ShouldBeTrue();
        }

        await using var again = Open();

        again.State.Records.ShouldBe(3);
        again.LogAbsence.IsOn.ShouldBeTrue("it was, and nobody has asked since");
        again.State.Oldest.ShouldBe(World.Now);
        Keys(again).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task A_file_is_deleted_once_all_of_it_is_in_the_log()
    {
        await using var spool = Open();
        await spool.AppendAsync([Entry("a"), Entry("b")]);
        var segment = spool.First().ShouldNotBeNull();
        var entries = segment.ReadOn();

        spool.Drained(segment, entries[0].End, 1, World.Now);
        spool.TryRetire(segment).ShouldBeFalse();
        spool.Drained(segment, entries[1].End, 1, World.Now);
        spool.TryRetire(segment).ShouldBeTrue();

        Files().ShouldBeEmpty();
        spool.State.ShouldBe(new SpoolState(0, 0, null));
        await spool.AppendAsync([Entry("c")]);
        Keys(spool).ShouldBe(["c"]);
    }

    [Fact]
    public async Task Appends_that_wait_together_all_become_durable()
    {
        await using (var spool = Open())
            (await Task.WhenAll(Enumerable.Range(0, 500).Select(n => spool.AppendAsync([Entry($"{n}")]).AsTask()))).ShouldAllBe(static done => done);

        await using var again = Open();
        again.State.Records.ShouldBe(500);
    }

    [Fact]
    public void A_file_of_a_former_version_is_read_with_its_own_schemas()
    {
        const string former = """{"type":"record","name":"Former","fields":[]}""";
        var sink = new ArrayBufferWriter<byte>();
        SpoolFrames.Write(sink, Header(("ingest-events", former)));
        SpoolFrames.Write(sink, Entry("a").ToBytes());
        var path = Path.Combine(_folder.FullName, "0000000000000001.spool");
        File.WriteAllBytes(path, sink.WrittenSpan);

        using var segment = SpoolSegment.Recover(path, out var entries).ShouldNotBeNull();

        segment.IsDamaged.ShouldBeFalse();
        segment.Schemas["ingest-events"].ShouldBe(former);
        entries.Count.ShouldBe(1);
        segment.ReadOn().Single().Entry.TenantId.ShouldBe(entries[0].TenantId);
    }

    [Fact]
    public async Task A_torn_tail_is_cut_and_its_file_kept_aside()
    {
        await using (var spool = Open())
            await spool.AppendAsync([Entry("a"), Entry("b")]);
        var file = Files().Single();
        await using (var stream = File.OpenWrite(file))
            stream.SetLength(stream.Length - 1);

        await using var again = Open();
        Keys(again).ShouldBe(["a"]);
        var segment = again.First()!;
        again.Drained(segment, segment.End, 1, World.Now);
        again.TryRetire(segment).ShouldBeTrue();

        Files().ShouldBeEmpty();
        File.Exists(file + ".damaged").ShouldBeTrue();
    }

    [Fact]
    public async Task A_full_spool_refuses_and_says_so_until_there_is_room()
    {
        await using var spool = Open(maxBytes: 1 << 16);
        var taken = 0;
        while (await spool.AppendAsync([Entry($"{taken}")]))
            taken++;

        taken.ShouldBeGreaterThan(10);
        spool.HasRoom.ShouldBeFalse();
        spool.State.Bytes.ShouldBeLessThanOrEqualTo(1 << 16);
        var segment = spool.First()!;
        spool.Drained(segment, segment.End, taken, World.Now);
        spool.TryRetire(segment);
        spool.HasRoom.ShouldBeTrue();
        (await spool.AppendAsync([Entry("again")])).ShouldBeTrue();
    }

    [Fact]
    public async Task A_disk_that_does_not_take_a_file_is_a_refusal()
    {
        await using var spool = Open();
        Directory.Delete(_folder.FullName, recursive: true);

        (await spool.AppendAsync([Entry("a")])).ShouldBeFalse();
        spool.State.Records.ShouldBe(0);
        Directory.CreateDirectory(_folder.FullName);
        (await spool.AppendAsync([Entry("a")])).ShouldBeTrue();
    }

    [Fact]
    public async Task A_trial_tells_whether_the_disk_would_take_it_and_leaves_nothing()
    {
        await using var spool = Open(maxBytes: 1 << 16);

        (await Task.WhenAll(Enumerable.Range(1, 50).Select(n => spool.TryAsync(n * 1000).AsTask()))).ShouldAllBe(static taken => taken);

        _folder.GetFiles().Select(static file => file.Name).ShouldBe(["lock"]);
        spool.State.ShouldBe(new SpoolState(0, 0, null));
        (await spool.TryAsync((1 << 16) + 1)).ShouldBeFalse("the spool takes no more than that");
        spool.HasRoom.ShouldBeTrue("others are smaller");
        Directory.Delete(_folder.FullName, recursive: true);
        (await spool.TryAsync(1)).ShouldBeFalse("there is no disk");
        Directory.CreateDirectory(_folder.FullName);
        (await spool.TryAsync(1)).ShouldBeTrue();
    }

    [Fact]
    public async Task Trials_and_records_that_wait_together_have_answers_of_their_own()
    {
        await using (var spool = Open())
        {
            await spool.AppendAsync([Entry("first")]);   // its file stays open; a trial needs another
            Directory.Delete(_folder.FullName, recursive: true);

            var answers = Enumerable.Range(0, 100).Select(n => n % 2 is 0 ? spool.AppendAsync([Entry($"{n}")]).AsTask() : spool.TryAsync(100).AsTask()).ToArray();

            (await Task.WhenAll(answers)).Index().ShouldAllBe(static answer => answer.Item == (answer.Index % 2 == 0));
        }

        Directory.CreateDirectory(_folder.FullName);
    }

    [Fact]
    public async Task Nothing_of_a_record_lies_in_clear()
    {
        await using var spool = Open();

        await spool.AppendAsync([Entry("brandexample/kiwify/sale-0001")]);

        File.ReadAllBytes(Files().Single()).AsSpan().IndexOf("sale-0001"u8).ShouldBe(-1);
    }

    [Fact]
    public async Task A_folder_is_one_process_alone_s()
    {
        await using var spool = Open();

        Should.Throw<IOException>(() => Open()).Message.ShouldContain("Ingest:SpoolDirectory");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    // The layout of a segment's first frame; it outlives the code that wrote it.
    private static byte[] Header(params (string Topic, string Schema)[] schemas)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write7BitEncodedInt(schemas.Length);
        foreach (var (topic, schema) in schemas)
        {
            writer.Write(topic);
            writer.Write(schema);
        }

        writer.Flush();
        return stream.ToArray();
    }

    private Spool Open(long maxBytes = 1 << 20)
    {
        var spool = new Spool(
            Options.Create(new IngestOptions { SpoolDirectory = _folder.FullName, SpoolMaxBytes = maxBytes }), _world.Metrics, new FixedClock(World.Now), NullLogger<Spool>.Instance);
        spool.Open();
        return spool;
    }

    private SpoolEntry Entry(string key) => SpoolEntry.Seal(
        _world.Sealer, World.Brand.TenantId, World.Now, new("ingest-events", key, World.Brand.Id, TraceParent: null, [1, 2, 3]));

    private List<string> Keys(Spool spool) => spool.First()!.ReadOn()
        .ConvertAll(read => SpooledRecord.Parse(_world.Sealer.Open(read.Entry.TenantId, SealPurpose.Spool, read.Entry.Box)).Key);

    private string[] Files() => Directory.GetFiles(_folder.FullName, "*.spool");
}
