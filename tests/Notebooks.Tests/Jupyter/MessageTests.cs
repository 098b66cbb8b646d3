using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using NetMQ;
using Notebooks.Jupyter;

namespace Notebooks.Tests.Jupyter;

public sealed class MessageTests
{
    const string Key = "a0436f6c-1916-498b-8eb9-e81ab9368e84";
    readonly MessageSignature signature = new(Key);

    static Message Sample() => Message.Answering(new([[1, 2]], new() { ["msg_id"] = "α" }, [], []), "stream", new() { ["name"] = "stdout", ["text"] = "β = 𝒩\n" });

    [Fact]
    public void A_message_reads_as_it_was_written()
    {
        Message read = Message.Read(Sample().ToFrames(signature), signature);
        Assert.Equal(("stream", "α", "β = 𝒩\n"), (read.Type, (string?)read.Parent["msg_id"], (string?)read.Content["text"]));
        Assert.Equal([[1, 2]], read.Identities);
    }

    [Fact]
    public void It_is_signed_as_the_protocol_says()
    {
        NetMQMessage frames = Sample().ToFrames(signature);
        byte[] signed = [.. Enumerable.Range(3, 4).SelectMany(i => frames[i].ToByteArray())];
        Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), signed)), frames[2].ConvertToString());
        Assert.Equal("<IDS|MSG>", frames[1].ConvertToString());
    }

    [Fact]
    public void One_changed_bit_in_any_part_is_noticed()
    {
        for (int part = 2; part < 7; part++)
        {
            byte[][] bytes = [.. Sample().ToFrames(signature).Select(frame => frame.ToByteArray())];
            bytes[part][0] ^= 1;
            Assert.Contains("not signed", Assert.Throws<FormatException>(() => Message.Read(new NetMQMessage(bytes.Select(frame => new NetMQFrame(frame))), signature)).Message);
        }
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6)]
    public void A_message_that_ends_early_is_refused(int kept) =>
        Assert.Throws<FormatException>(() => Message.Read(new NetMQMessage(Sample().ToFrames(signature).Take(kept)), signature));

    [Fact]
    public void Without_a_key_nothing_is_signed()
    {
        var none = new MessageSignature("");
        NetMQMessage frames = Sample().ToFrames(none);
        Assert.Equal(0, frames[2].MessageSize);
        Assert.Equal("stream", Message.Read(frames, none).Type);
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "not a JSON object")]
    public void A_signed_part_that_is_no_object_is_refused(string header, string why)
    {
        byte[][] parts = [.. new[] { header, "{}", "{}", "{}" }.Select(Encoding.UTF8.GetBytes)];
        var frames = new NetMQMessage();
        frames.Append("<IDS|MSG>");
        frames.Append(signature.Of(parts));
        foreach (byte[] part in parts) frames.Append(part);
        Assert.Contains(why, Assert.Throws<FormatException>(() => Message.Read(frames, signature)).Message);
    }

    [Theory]
    [InlineData("a𝒩b", 0, 0), InlineData("a𝒩b", 1, 1), InlineData("a𝒩b", 2, 3), InlineData("a𝒩b", 3, 4), InlineData("a𝒩b", 9, 4)]
    public void Jupyter_counts_code_points(string text, int points, int index)
    {
        Assert.Equal(index, CodePoints.ToIndex(text, points));
        Assert.Equal(Math.Min(points, 3), CodePoints.FromIndex(text, index));
    }

    [Fact]
    public void History_answers_by_tail_range_and_pattern()
    {
        var history = new History();
        foreach ((int number, string code) in new[] { (1, "1 + 2"), (2, "x"), (3, "1 + 2"), (4, "1 - 2") }) history.Add(number, code, number == 1 ? "3" : null);

        Assert.Equal("[[1,3,\"1 \\u002B 2\"],[1,4,\"1 - 2\"]]", Ask(new() { ["hist_access_type"] = "tail", ["n"] = 2 }));
        Assert.Equal("[[1,1,[\"1 \\u002B 2\",\"3\"]],[1,2,[\"x\",null]]]", Ask(new() { ["hist_access_type"] = "range", ["start"] = 1, ["stop"] = 3, ["output"] = true }));
        Assert.Equal("[[1,3,\"1 \\u002B 2\"],[1,4,\"1 - 2\"]]", Ask(new() { ["hist_access_type"] = "search", ["pattern"] = "1 ? 2", ["unique"] = true }));
        Assert.Equal("[[1,4,\"1 - 2\"]]", Ask(new() { ["hist_access_type"] = "search", ["pattern"] = "1*", ["n"] = 1 }));
        Assert.Equal("[]", Ask(new() { ["hist_access_type"] = "range", ["session"] = 7 }));

        string Ask(JsonObject request) => history.Answer(request)["history"]!.ToJsonString();
    }
}
