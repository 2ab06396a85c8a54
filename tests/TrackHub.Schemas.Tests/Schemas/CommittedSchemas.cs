using System.Diagnostics;
using System.Formats.Tar;
using TrackHub.Schemas.Generator;

namespace TrackHub.Schemas.Tests.Schemas;

/// <summary>The schemas as they were at each commit that changed one, as far as this clone's history goes; a shallow one has the last at least.</summary>
internal static class CommittedSchemas
{
    private const string Files = ":(glob)schemas/avro/*.avsc";

    /// <summary>Commits that changed a schema, newest first.</summary>
    public static IReadOnlyList<string> Commits()
    {
        using var listed = new StreamReader(Git("log", "--format=%H", "HEAD", "--", Files));
        return listed.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Name and registered text of each file's record at a commit.</summary>
    public static IEnumerable<(string Record, string Schema)> At(string commit)
    {
        var files = new List<SchemaFile>();
        using var archive = new TarReader(Git("archive", "--format=tar", commit, "--", Files));
        while (archive.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null)
                continue;

            using var text = new StreamReader(entry.DataStream);
            files.Add(new SchemaFile(entry.Name, text.ReadToEnd()));
        }

        var set = SchemaSet.Read(files);
        set.Diagnostics.ShouldBeEmpty();
        return set.Types.OfType<RecordType>().Where(static t => t.File == t.CSharp + ".avsc").Select(type => (type.CSharp, SchemaText.Of(type, set)));
    }

    private static MemoryStream Git(params string[] arguments)
    {
        // safe.directory: CI may run as another user than the owner of the clone.
        var start = new ProcessStartInfo("git", ["-c", "safe.directory=*", .. arguments])
        {
            WorkingDirectory = SchemaHistory.Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var git = Process.Start(start)!;
        var output = new MemoryStream();
        git.StandardOutput.BaseStream.CopyTo(output);
        git.WaitForExit();
        git.ExitCode.ShouldBe(0);
        output.Position = 0;
        return output;
    }
}
