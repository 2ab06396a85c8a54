using System.Collections;
using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

namespace TrackHub.Cli.Output;

/// <summary>What a command prints: data on standard output, messages on standard error.</summary>
/// <param name="data">Where tables and JSON go.</param>
/// <param name="messages">Where everything else goes.</param>
/// <param name="json">One JSON object a line instead of a table.</param>
internal sealed class Printer(TextWriter data, TextWriter messages, bool json)
{
    private static readonly JsonSerializerOptions Lines = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether JSON was asked for.</summary>
    public bool Json => json;

    /// <summary>The printer of a call.</summary>
    public static Printer Of(ParseResult call) =>
        new(call.InvocationConfiguration.Output, call.InvocationConfiguration.Error, call.GetValue(GlobalOptions.Json));

    /// <summary>A message for people.</summary>
    public void Say(string message) => messages.WriteLine(message);

    /// <summary>A line of data.</summary>
    public void Line(string text) => data.WriteLine(text);

    /// <summary>Rows as a table, or one object a line.</summary>
    public void Table<T>(IEnumerable<T> rows, params IReadOnlyList<Column<T>> columns)
    {
        if (json)
        {
            foreach (var row in rows) data.WriteLine(JsonOf(row, columns));
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns) table.AddColumn(new TableColumn(new Text(Heading(column.Name))).NoWrap());
        foreach (var row in rows) table.AddRow(columns.Select(column => new Text(Shown(column.Value(row)))));
        Console(data).Write(table);
    }

    /// <summary>One row: a name and a value a line, or one object.</summary>
    public void Card<T>(T row, params IReadOnlyList<Column<T>> columns)
    {
        if (json)
        {
            data.WriteLine(JsonOf(row, columns));
            return;
        }

        var width = columns.Max(static column => column.Name.Length) + 2;
        foreach (var column in columns) data.WriteLine($"{Heading(column.Name).PadRight(width)}{Shown(column.Value(row))}");
    }

    /// <summary>A value as people read it: times in UTC, nothing for null.</summary>
    internal static string Shown(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "yes" : "no",
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable list => string.Join(", ", list.Cast<object?>().Select(Shown)),
        _ => value.ToString() ?? "",
    };

    private static string JsonOf<T>(T row, IReadOnlyList<Column<T>> columns) =>
        JsonSerializer.Serialize(columns.ToDictionary(static column => column.Name, column => column.Value(row)), Lines);

    private static string Heading(string name) => name.Replace('_', ' ');

    private static IAnsiConsole Console(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.No });
        // A table is cut by nobody: what reads a pipe has no width, and a terminal wraps by itself.
        console.Profile.Width = 1_000;
        return console;
    }
}
