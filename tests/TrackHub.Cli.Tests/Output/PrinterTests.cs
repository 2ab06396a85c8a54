using System.Text.Json;
using TrackHub.Cli.Output;

namespace TrackHub.Cli.Tests.Output;

public sealed class PrinterTests
{
    private static readonly Column<Row>[] Columns =
    [
        new("dataset_id", static r => r.Id), new("active", static r => r.Active), new("origins", static r => r.Origins), new("created_at", static r => r.At),
    ];

    private static readonly Row[] Rows =
    [
        new("123", Active: true, ["https://a.example.com", "https://b.example.com"], new(2026, 11, 22, 7, 0, 0, TimeSpan.FromHours(-3))),
        new("é\"456", Active: false, [], null),
    ];

    private readonly StringWriter _data = new();
    private readonly StringWriter _messages = new();

    [Fact]
    public void A_table_has_a_line_a_row_and_is_not_cut()
    {
        new Printer(_data, _messages, json: false).Table(Rows, Columns);

        var lines = _data.ToString().Split('\n').Select(static line => line.TrimEnd()).Where(static line => line.Length > 0).ToList();
        lines.Count.ShouldBe(4);
        lines[0].ShouldContain("dataset id");
        lines[2].ShouldContain("123          yes      https://a.example.com, https://b.example.com   2026-11-22 10:00:00Z");
        lines[3].ShouldContain("no");
    }

    [Fact]
    public void Json_is_one_object_a_line_with_the_names_and_kinds_of_the_columns()
    {
        new Printer(_data, _messages, json: true).Table(Rows, Columns);

        var lines = _data.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(2);
        var second = JsonDocument.Parse(lines[1]).RootElement;
        second.GetProperty("dataset_id").GetString().ShouldBe("é\"456");
        second.GetProperty("active").GetBoolean().ShouldBeFalse();
        second.GetProperty("origins").GetArrayLength().ShouldBe(0);
        second.GetProperty("created_at").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public void A_card_has_a_line_a_field()
    {
        new Printer(_data, _messages, json: false).Card(Rows[0], Columns);

        _data.ToString().Split('\n')[0].ShouldBe("dataset id  123");
    }

    [Fact]
    public void Messages_are_apart_from_data()
    {
        var printer = new Printer(_data, _messages, json: true);

        printer.Say("for people");
        printer.Line("for programs");

        _messages.ToString().ShouldBe("for people\n");
        _data.ToString().ShouldBe("for programs\n");
    }

    private sealed record Row(string Id, bool Active, IReadOnlyList<string> Origins, DateTimeOffset? At);
}
