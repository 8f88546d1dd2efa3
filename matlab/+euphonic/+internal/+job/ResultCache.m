classdef ResultCache < handle
    %RESULTCACHE   Results of a model that are kept because fits ask for the same q-points again and again.
    %   What is kept is not scaled, so that fits of scale factors find it. Points that come again get a name, by which
    %   the daemon, too, may remember them. What was not used for the longest time makes room for what is new.
    properties
        limit  % bytes; 0: nothing is kept
    end
    properties (SetAccess = private)
        hits = 0
        bytes = 0
    end
    properties (Access = private)
        % Of each list of points a struct with points, place, name, in_daemon, bytes, and results: a cell of structs
        % with plan, evaluation, bytes. What was used last comes last.
        lists = {}
        keys = zeros(1, 0)  % [lists] a number that is the same for equal points
        found = false  % whether the last of them is that of the latest FIND or KEEP
        key = 0  % of the points of the latest FIND
        numbered = {}  % values that NUMBER_OF was asked for, and their numbers
        last_number = 0
    end
    properties (Constant, Access = private)
        max_results = 8  % of one list: more than a step of a fit compares
        max_lists = 1000  % more than a fit asks for in turn; a look-up takes longer with each
        max_numbered = 32  % more than scripts change options to and fro
    end
    methods

        function self = ResultCache(limit)
            self.limit = limit;
        end

        function evaluation = find(self, plan, points)
            %FIND   The evaluation for the same PLAN and POINTS (cell of columns), or [].
            %   PLAN is a struct with number (see NUMBER_OF), place (a number of how the points that are calculated are
            %   made of POINTS) and extra, which isequaln compares.
            evaluation = [];
            self.found = false;
            if self.limit == 0
                return
            end
            self.key = key_of(plan.place, points);
            self.found = self.look_up(plan.place, points);
            if ~self.found
                return
            end
            results = self.lists{end}.results;
            for i = numel(results):-1:1
                if results{i}.plan.number == plan.number && isequaln(results{i}.plan.extra, plan.extra)
                    evaluation = results{i}.evaluation;
                    self.hits = self.hits + 1;
                    self.lists{end}.results = [results([1:i - 1, i + 1:end]), results(i)];
                    return
                end
            end
        end

        function keep(self, plan, points, evaluation)
            %KEEP   Remember an evaluation of what FIND did not find, unless it alone is over the limit.
            %   EVALUATION: a struct of arrays, and of cells of equally long ones.
            of_points = bytes_of(points);
            needed = 0;
            for part = struct2cell(evaluation).'
                needed = needed + bytes_of(part{1});
            end
            if needed + of_points > self.limit
                return
            end
            if ~self.found
                self.shrink_to(self.limit - needed - of_points, self.max_lists - 1);
                self.lists{end + 1} = struct('points', {points}, 'place', plan.place, 'name', '', ...
                    'in_daemon', false, 'bytes', of_points, 'results', {{}});
                self.keys(end + 1) = self.key;
                self.bytes = self.bytes + of_points;
                self.found = true;
            else
                if numel(self.lists{end}.results) == self.max_results
                    self.forget_result(numel(self.lists));
                end
                self.shrink_to(self.limit - needed, Inf);
            end
            self.lists{end}.results{end + 1} = struct('plan', plan, 'evaluation', evaluation, 'bytes', needed);
            self.bytes = self.bytes + needed;
        end

        function number = number_of(self, value)
            %NUMBER_OF   A number that equal values (isequaln) have, unless many others come between.
            for i = numel(self.numbered):-1:1
                if isequaln(self.numbered{i}.value, value)
                    number = self.numbered{i}.number;
                    self.numbered = self.numbered([1:i - 1, i + 1:end, i]);
                    return
                end
            end
            self.last_number = self.last_number + 1;
            number = self.last_number;
            self.numbered = [self.numbered(max(1, end - self.max_numbered + 2):end), ...
                             {struct('value', {value}, 'number', number)}];
        end

        function [name, in_daemon] = name_of_points(self)
            %NAME_OF_POINTS   Of those that FIND was last called with: '' where they have not come before.
            %   IN_DAEMON: whether the daemon has said that it remembers them.
            name = '';
            in_daemon = false;
            if self.found
                if isempty(self.lists{end}.name)
                    self.lists{end}.name = new_name();
                end
                name = self.lists{end}.name;
                in_daemon = self.lists{end}.in_daemon;
            end
        end

        function note_kept(self, in_daemon)
            %NOTE_KEPT   What the daemon said of the points that FIND was last called with.
            if self.found
                self.lists{end}.in_daemon = in_daemon;
            end
        end

        function clear(self)
            %CLEAR   Forget everything.
            self.lists = {};
            self.keys = zeros(1, 0);
            self.numbered = {};
            self.found = false;
            self.bytes = 0;
        end

        function set.limit(self, bytes)
            self.limit = bytes;
            self.forget();
        end

    end
    methods (Access = private)

        function is_there = look_up(self, place, points)
            % Makes the list of these points the last one.
            is_there = false;
            % a row also where there are none: a loop goes once through a column of nothing
            for i = fliplr(find(self.keys == self.key))
                list = self.lists{i};
                if list.place == place && same_columns(list.points, points)
                    order = [1:i - 1, i + 1:numel(self.keys), i];
                    self.lists = self.lists(order);
                    self.keys = self.keys(order);
                    is_there = true;
                    return
                end
            end
        end

        function forget(self)
            % What is beyond a new limit
            self.found = false;
            if self.limit == 0
                self.numbered = {};
            end
            self.shrink_to(self.limit, Inf);
        end

        function shrink_to(self, bytes, n_lists)
            while self.bytes > bytes || numel(self.lists) > n_lists
                used_now = self.found && numel(self.lists) == 1;
                if used_now && isempty(self.lists{1}.results)
                    return
                elseif ~isempty(self.lists{1}.results)
                    self.forget_result(1);
                end
                if ~used_now && isempty(self.lists{1}.results)
                    self.bytes = self.bytes - self.lists{1}.bytes;
                    self.lists(1) = [];
                    self.keys(1) = [];
                end
            end
        end

        function forget_result(self, i)
            self.bytes = self.bytes - self.lists{i}.results{1}.bytes;
            self.lists{i}.results(1) = [];
        end

    end
end

function n = bytes_of(value)
    % of an array, or of a cell of equally long ones
    n = 8 * numel(value);
    if iscell(value) && n > 0
        n = n * numel(value{1});
    end
end

function key = key_of(place, points)
    % NaN, which no other equals, for points that cannot be used
    sample = euphonic.internal.job.sample_of(points);
    key = place + sum(sample .* sqrt(2:numel(sample) + 1).');
end

function same = same_columns(a, b)
    same = numel(a) == numel(b) && numel(a{1}) == numel(b{1});
    for i = 1:same * numel(a)
        same = same && all(a{i} == b{i});
    end
end

function name = new_name()
    % One that no other points of this process have, even after its functions were cleared
    persistent count
    if isempty(count)
        count = 0;
    end
    count = count + 1;
    name = sprintf('%.0f-%d', double(tic()), count);
end
