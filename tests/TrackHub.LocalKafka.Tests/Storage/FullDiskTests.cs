using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TrackHub.LocalKafka.Hosting;
using TrackHub.LocalKafka.Storage;
using TrackHub.LocalKafka.Wire;

namespace TrackHub.LocalKafka.Tests.Storage;

public sealed class FullDiskTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("full-").FullName;
    private readonly TestDisk _disk = new();
    private readonly StorageSettings _settings;

    public FullDiskTests() => _settings = new StorageSettings { Disk = _disk };

    public void Dispose()
    {
        _settings.Dispose();
        _disk.MayFlush.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_refused_batch_leaves_the_log_as_it_was_and_appends_go_on_when_there_is_room(bool refusesToCut)
    {
        var log = OpenLog();
        log.Append(TestBatch.Encode("first"));
        (_disk.Room, _disk.RefusesToCut) = (70, refusesToCut);

        log.Append(TestBatch.Encode("a longer one that does not fit")).ShouldBe(AppendResult.Refused(ErrorCode.KafkaStorageError));
        log.Append(TestBatch.Encode("nor this")).Error.ShouldBe(ErrorCode.KafkaStorageError);
        log.EndOffset.ShouldBe(1);
        log.ReadAll(0).ShouldBe([(0, "first")]);

        (_disk.Room, _disk.RefusesToCut) = (long.MaxValue, false);
        log.Append(TestBatch.Encode("2")).BaseOffset.ShouldBe(1);
        log.ReadAll(0).ShouldBe([(0, "first"), (1, "2")]);
        log.Abandon();
        using var recovered = OpenLog();
        recovered.ReadAll(0).ShouldBe([(0, "first"), (1, "2")]);
    }

    [Fact]
    public void What_a_refused_batch_left_behind_is_cut_after_a_crash()
    {
        var log = OpenLog();
        log.Append(TestBatch.Encode("first"));
        (_disk.Room, _disk.RefusesToCut) = (70, true);
        log.Append(TestBatch.Encode("a longer one that does not fit"));
        log.Abandon();

        (_disk.Room, _disk.RefusesToCut) = (long.MaxValue, false);
        using var recovered = OpenLog();
        recovered.EndOffset.ShouldBe(1);
        recovered.Append(TestBatch.Encode("2")).BaseOffset.ShouldBe(1);
        recovered.ReadAll(0).ShouldBe([(0, "first"), (1, "2")]);
    }

    [Fact]
    public void A_segment_that_cannot_be_closed_is_closed_when_there_is_room()
    {
        var log = OpenLog(("segment.bytes", "1024"));
        while (log.SizeInBytes < 950)
            log.Append(TestBatch.Encode("value"));
        var end = log.EndOffset;
        _disk.Room = 100;

        log.Append(TestBatch.Encode(new string('x', 500))).Error.ShouldBe(ErrorCode.KafkaStorageError);
        log.ReadAll(0).Count.ShouldBe((int)end);
        _disk.Room = long.MaxValue;
        log.Append(TestBatch.Encode(new string('x', 500))).BaseOffset.ShouldBe(end);

        log.Segments.Count.ShouldBe(2);
        log.Abandon();
        using var recovered = OpenLog(("segment.bytes", "1024"));
        recovered.ReadAll(0).Count.ShouldBe((int)end + 1);
    }

    [Fact]
    public void A_log_is_opened_and_closed_on_a_full_disk()
    {
        using (var log = OpenLog(("segment.bytes", "1024")))
        {
            for (var i = 0; i < 50; i++)
                log.Append(TestBatch.Encode("value"));
        }

        foreach (var index in Directory.GetFiles(_directory, "*.index"))
            File.Delete(index);
        _disk.Room = 0;
        using (var log = OpenLog(("segment.bytes", "1024")))
            log.ReadAll(0).Count.ShouldBe(50);
        _disk.Room = long.MaxValue;
        using var recovered = OpenLog(("segment.bytes", "1024"));
        recovered.ReadAll(0).Count.ShouldBe(50);
        recovered.Append(TestBatch.Encode("value")).BaseOffset.ShouldBe(50);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_refused_entry_leaves_the_journal_as_it_was(bool refusesToCut)
    {
        using (var journal = OpenJournal(out _))
        {
            journal.Append("first"u8);
            (_disk.Room, _disk.RefusesToCut) = (10, refusesToCut);
            Should.Throw<IOException>(() => journal.Append("a longer one that does not fit"u8));
            Should.Throw<IOException>(() => journal.Append("nor this"u8));
            (_disk.Room, _disk.RefusesToCut) = (long.MaxValue, false);
            journal.Append("2"u8);
        }

        using var recovered = OpenJournal(out var replayed);
        replayed.ShouldBe(["first", "2"]);
    }

    [Fact]
    public void A_journal_that_cannot_be_rewritten_goes_on_as_it_is()
    {
        using (var journal = OpenJournal(out _))
        {
            journal.Append("first"u8);
            _disk.Room = 10;
            journal.Rewrite(["a longer one that does not fit"u8.ToArray()]);
            _disk.Room = long.MaxValue;
            journal.Append("2"u8);
        }

        using var recovered = OpenJournal(out var replayed);
        replayed.ShouldBe(["first", "2"]);
    }

    [Fact]
    public async Task Under_fsync_an_entry_waits_for_the_disk_and_none_is_taken_after_it_failed()
    {
        using var settings = new StorageSettings { Disk = _disk, Fsync = FsyncMode.Batch };
        using var journal = Journal.Open(Path.Combine(_directory, "test.journal"), static _ => { }, NullLogger.Instance, settings);
        var before = _disk.Flushes;
        journal.Append("one"u8);
        (await journal.DurableAsync()).ShouldBeTrue();
        (await journal.DurableAsync()).ShouldBeTrue();
        _disk.Flushes.ShouldBe(before + 1);

        _disk.RefusesToFlush = true;
        journal.Append("two"u8);
        (await journal.DurableAsync()).ShouldBeFalse();
        _disk.RefusesToFlush = false;
        (await journal.DurableAsync()).ShouldBeFalse();
        Should.Throw<IOException>(() => journal.Append("three"u8));
    }

    private PartitionLog OpenLog(params (string Name, string Value)[] config)
    {
        var topic = new TopicConfig(config.ToDictionary(static setting => setting.Name, static setting => setting.Value));
        return new PartitionLog(_directory, () => topic, TimeProvider.System, NullLogger.Instance, _settings);
    }

    private Journal OpenJournal(out List<string> replayed)
    {
        var entries = replayed = [];
        return Journal.Open(
            Path.Combine(_directory, "test.journal"), payload => entries.Add(Encoding.UTF8.GetString(payload.Span)), NullLogger.Instance, _settings);
    }
}
