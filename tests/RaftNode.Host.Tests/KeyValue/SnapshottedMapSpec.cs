using RaftNode.Host.KeyValue;

namespace RaftNode.Host.Tests.KeyValue;

public sealed class SnapshottedMapSpec
{
    [Fact]
    public void An_image_is_that_of_its_moment_however_slowly_it_is_read_and_the_map_goes_on()
    {
        var random = new Random(3);
        var map = new SnapshottedMap<int>();
        var model = new Dictionary<string, int>();
        for (var round = 0; round < 200; round++)
        {
            var expected = new Dictionary<string, int>(model);
            using var image = map.TakeImage().GetEnumerator();
            var read = new Dictionary<string, int>();
            // Some images are read to the end, others given up, one never begun.
            var reads = random.Next(4) == 0 ? random.Next(expected.Count + 1) : expected.Count + 1;
            while (reads-- > 0 && image.MoveNext())
            {
                read.Add(image.Current.Key, image.Current.Value);
                Change(random, map, model);
            }
            Change(random, map, model);
            Assert.All(read, pair => Assert.Equal(expected[pair.Key], pair.Value));
            if (reads > 0)
                Assert.Equal(expected.Count, read.Count);
        }
    }

    private static void Change(Random random, SnapshottedMap<int> map, Dictionary<string, int> model)
    {
        var key = $"key{random.Next(20)}";
        if (random.Next(3) == 0)
        {
            map.Remove(key);
            model.Remove(key);
        }
        else
        {
            var value = random.Next();
            map.Set(key, value);
            model[key] = value;
        }
        Assert.Equal(model.Count, map.Count);
        Assert.Equal(model.OrderBy(pair => pair.Key), map.All().OrderBy(pair => pair.Key));
        Assert.Equal(model.TryGetValue(key, out var expected), map.TryGet(key, out var found));
        Assert.Equal(expected, found);
    }
}
