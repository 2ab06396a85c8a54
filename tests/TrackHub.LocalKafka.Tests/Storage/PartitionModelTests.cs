using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Storage;

/// <summary>A partition under any sequence of operations and one misfortune, against a list of what it must still hold.</summary>
public sealed class PartitionModelTests : IDisposable
{
    private const int SegmentBytes = 1500;

    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(40);

    private readonly string _root = Directory.CreateTempSubdirectory("model-").FullName;
    private readonly ManualClock _clock = new();
    private readonly StorageSettings _settings = new();

    public void Dispose()
    {
        _settings.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    /// <summary>What the log must hold: one record a batch, so its offset names it.</summary>
    private sealed class Model
    {
        public List<(long Offset, string Value)> Records { get; set; } = [];

        public long Start { get; set; }

        public long End { get; set; }
    }

    /// <summary>A batch as it lies in a file, found by walking the bytes.</summary>
    private sealed record Place(string Path, long Position, int Size, long Offset);

    [Fact]
    public void Any_sequence_of_operations_and_restarts_serves_what_was_kept()
    {
        Prop.ForAll(Sequences(), seeds =>
        {
            var directory = NewDirectory();
            var model = new Model();
            var log = Open(directory);
            foreach (var seed in seeds)
                log = Apply(directory, log, model, seed);
            log = Reopen(directory, log, clean: true, _ => { });
            ShouldHold(log, model);
            log.Dispose();
        }).Check(Runs);
    }

    [Fact]
    public void A_flipped_bit_in_any_segment_costs_its_batch_whether_the_broker_was_stopped_or_killed()
    {
        Prop.ForAll(Sequences(), Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), ArbMap.Default.ArbFor<bool>(), (seeds, chance, clean) =>
        {
            var directory = NewDirectory();
            var model = new Model();
            var log = Open(directory);
            foreach (var seed in seeds)
                log = Apply(directory, log, model, seed);
            log = Append(log, model, 50);

            log = Reopen(directory, log, clean, _ =>
            {
                var places = PlacesIn(directory);
                var hit = places[chance % places.Count];
                Flip(hit.Path, hit.Position + (chance / places.Count % hit.Size), chance % 8);
                model.Records.RemoveAll(record => record.Offset == hit.Offset);
                if (!clean && hit == places[^1])
                    model.End = hit.Offset;   // a torn tail, to one who was killed
            });
            model.End = Math.Max(model.End, model.Start);
            ShouldHold(log, model);
            log = Append(log, model, 80);
            log = Reopen(directory, log, clean: !clean, _ => { });
            ShouldHold(log, model);
            log.Dispose();
        }).Check(Runs);
    }

    [Fact]
    public void A_last_segment_cut_at_any_byte_loses_what_is_behind_and_gives_no_offset_twice_that_was_stopped_in_order()
    {
        Prop.ForAll(Sequences(), Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), ArbMap.Default.ArbFor<bool>(), (seeds, chance, clean) =>
        {
            var directory = NewDirectory();
            var model = new Model();
            var log = Open(directory);
            foreach (var seed in seeds)
                log = Apply(directory, log, model, seed);
            log = Append(log, model, 50);

            log = Reopen(directory, log, clean, _ =>
            {
                var places = PlacesIn(directory);
                var last = places.FindAll(place => place.Path == places[^1].Path);
                var length = chance % (last[^1].Position + last[^1].Size);
                using (var file = File.OpenWrite(last[0].Path))
                    file.SetLength(length);
                var lost = last.Find(place => place.Position + place.Size > length)!;
                model.Records.RemoveAll(record => record.Offset >= lost.Offset);
                if (!clean)
                    model.End = Math.Max(lost.Offset, model.Start);
            });
            ShouldHold(log, model);
            log = Append(log, model, 80);
            ShouldHold(log, model);
            log.Dispose();
        }).Check(Runs);
    }

    [Fact]
    public void A_flipped_bit_in_an_index_a_snapshot_or_the_mark_of_a_clean_stop_costs_nothing()
    {
        Prop.ForAll(Sequences(), Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), (seeds, chance) =>
        {
            var directory = NewDirectory();
            var model = new Model();
            var log = Open(directory);
            foreach (var seed in seeds)
                log = Apply(directory, log, model, seed);

            log = Reopen(directory, log, clean: true, _ =>
            {
                var files = Directory.GetFiles(directory)
                    .Where(static path => Path.GetExtension(path) is ".index" or ".snapshot" || Path.GetFileName(path) == "clean-stop")
                    .Order(StringComparer.Ordinal).ToList();
                var path = files[chance % files.Count];
                Flip(path, chance / files.Count % new FileInfo(path).Length, chance % 8);
            });
            ShouldHold(log, model);
            log = Reopen(directory, log, clean: true, _ => { });
            ShouldHold(log, model);
            log.Dispose();
        }).Check(Runs);
    }

    private static Arbitrary<int[]> Sequences() => Gen.Choose(0, 99_999).ArrayOf().ToArbitrary();

    private PartitionLog Apply(string directory, PartitionLog log, Model model, int seed)
    {
        var chance = seed / 100;
        switch (seed % 100)
        {
            case < 8:
                return Reopen(directory, log, clean: true, _ => { });
            case < 14:
                return Reopen(directory, log, clean: false, _ => { });
            case < 22:
                var start = model.Start + (chance % (model.End - model.Start + 1));
                log.DeleteTo(start).ShouldBe(ErrorCode.None);
                StartAt(log, model);
                log.StartOffset.ShouldBe(start);
                return log;
            case < 28:
                log.ApplyRetention();
                StartAt(log, model);
                return log;
            default:
                return Append(log, model, chance % 700);
        }
    }

    private static PartitionLog Append(PartitionLog log, Model model, int size)
    {
        var value = $"{model.End}:{new string('v', size)}";
        log.Append(TestBatch.Encode(value, unixMs: 1000 + model.End)).BaseOffset.ShouldBe(model.End);
        model.Records.Add((model.End, value));
        model.End++;
        return log;
    }

    private static void StartAt(PartitionLog log, Model model)
    {
        log.StartOffset.ShouldBeInRange(model.Start, model.End);
        model.Start = log.StartOffset;
        model.Records.RemoveAll(record => record.Offset < model.Start);
    }

    private static void ShouldHold(PartitionLog log, Model model)
    {
        log.StartOffset.ShouldBe(model.Start);
        // Read from the front, then from each offset: damage found on the way changes nothing that was served.
        log.ReadAll(model.Start, maxBytes: 700).ShouldBe(model.Records);
        for (var from = model.Start; from <= model.End; from++)
            log.ReadAll(from, maxBytes: 5000).Take(1).ShouldBe(model.Records.Where(record => record.Offset >= from).Take(1));
        log.EndOffset.ShouldBe(model.End);
        foreach (var (offset, _) in model.Records)
            log.FindTimestamp(1000 + offset)!.Value.Header.BaseOffset.ShouldBe(offset);
        log.Find(model.Start - 1, 1000, atLeastOne: true).ShouldBeNull();
        log.Find(model.End + 1, 1000, atLeastOne: true).ShouldBeNull();
    }

    private PartitionLog Reopen(string directory, PartitionLog log, bool clean, Action<string> meanwhile)
    {
        if (clean)
            log.Dispose();
        else
            log.Abandon();
        meanwhile(directory);
        return Open(directory);
    }

    private PartitionLog Open(string directory)
    {
        var config = new TopicConfig(new Dictionary<string, string>
        {
            ["segment.bytes"] = SegmentBytes.ToString(),
            ["retention.bytes"] = "4000",
            ["retention.ms"] = "-1",
        });
        return new PartitionLog(directory, () => config, _clock, NullLogger.Instance, _settings);
    }

    private string NewDirectory() => Directory.CreateDirectory(Path.Combine(_root, Guid.NewGuid().ToString("N"))).FullName;

    private static List<Place> PlacesIn(string directory)
    {
        var places = new List<Place>();
        foreach (var path in Directory.GetFiles(directory, "*.log").Order(StringComparer.Ordinal))
        {
            var bytes = File.ReadAllBytes(path);
            for (var position = 0; position < bytes.Length;)
            {
                BatchHeader.TryRead(bytes.AsSpan(position), out var header).ShouldBeTrue();
                places.Add(new Place(path, position, header.SizeInBytes, header.BaseOffset));
                position += header.SizeInBytes;
            }
        }

        return places;
    }

    private static void Flip(string path, long position, int bit)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = position;
        var value = file.ReadByte();
        file.Position = position;
        file.WriteByte((byte)(value ^ (1 << bit)));
    }
}
